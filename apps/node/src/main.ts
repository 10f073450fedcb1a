#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runCommandLine } from './cli/run.ts'
import { catchSignals } from './cli/signals.ts'
import { commands } from './commands/index.ts'

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return String(version)
}

const exitCode = await runCommandLine(
  {
    args: process.argv.slice(2),
    environment: process.env,
    streams: {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      errIsTerminal: process.stderr.isTTY === true,
      columns: process.stderr.columns ?? 80,
    },
    signal: catchSignals(process),
    version: ownVersion(),
  },
  commands,
)
// Output may still be on its way to a pipe: end by having nothing left to do, and only insist if something lingers.
process.exitCode = exitCode
setTimeout(() => process.exit(exitCode), 2_000).unref()
