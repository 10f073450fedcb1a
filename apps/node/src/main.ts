#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { engineErrors } from '@sluice/engine'
import { explainErrors, protocolErrors } from '@sluice/protocol'
import { exitCodeOf } from './cli/exit-codes.ts'
import { tellError } from './cli/output.ts'
import { runCommandLine } from './cli/run.ts'
import { catchSignals } from './cli/signals.ts'
import { createStdio } from './cli/stdio.ts'
import { commands } from './commands/index.ts'
import { NodeError } from './errors.ts'

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return String(version)
}

explainErrors(protocolErrors, engineErrors)
const stdio = createStdio(process.stdout, process.stderr)
const { streams } = stdio
process.exitCode = await runCommandLine(
  {
    args: process.argv.slice(2),
    environment: process.env,
    streams,
    signal: catchSignals(process),
    version: ownVersion(),
  },
  commands,
)

// Output may still be on its way: end by having nothing left to do, and only insist if something lingers.
process.once('beforeExit', () => {
  const problem = stdio.problem()
  if (problem === undefined) return
  const error = new NodeError('OUTPUT_LOST', { problem: problem.message }, problem)
  tellError(streams, false, error)
  if (process.exitCode === 0) process.exitCode = exitCodeOf(error.code)
})
setTimeout(() => process.exit(), 2_000).unref()
