#!/usr/bin/env node
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { catchSignals } from './cli/signals.ts'
import { createStdio } from './cli/stdio.ts'

// What is asked most and by scripts is answered before anything else is loaded.

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return String(version)
}

/**
 * Keeps what Node.js makes of the sources, which is most of what a short command takes. In the user's own folder: in the one that all share,
 * somebody else could put code there. Where it can not be written it is done without.
 */
function keepCompiled(): void {
  const { XDG_CACHE_HOME } = process.env
  const caches = XDG_CACHE_HOME ? XDG_CACHE_HOME : join(homedir(), '.cache')
  try {
    // One folder at a time: Node.js tries for ever to make several where the file system takes none, as /proc does.
    for (const folder of [caches, join(caches, 'sluice')]) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    enableCompileCache(join(caches, 'sluice'))
  } catch {
    // Then every command compiles anew.
  }
}

async function run(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    stdio.streams.out(`${ownVersion()}\n`)
    return 0
  }
  keepCompiled()
  const [{ runCommandLine }, { commands }] = await Promise.all([import('./cli/run.ts'), import('./commands/index.ts')])
  const version = ownVersion()
  return runCommandLine({ args, environment: process.env, streams: stdio.streams, signal, version }, commands)
}

/** Names what could not be printed. */
async function nameLoss(problem: Error): Promise<void> {
  const [{ NodeError }, { tellError }, { exitCodeOf }] = await Promise.all([
    import('./errors.ts'),
    import('./cli/output.ts'),
    import('./cli/exit-codes.ts'),
  ])
  const error = new NodeError('OUTPUT_LOST', { problem: problem.message }, problem)
  tellError(stdio.streams, false, error)
  if (process.exitCode === 0) process.exitCode = exitCodeOf(error.code)
}

const signal = catchSignals(process)
const stdio = createStdio(process.stdout, process.stderr)
process.exitCode = await run(process.argv.slice(2))

// Output may still be on its way: end by having nothing left to do, and only insist if something lingers.
process.once('beforeExit', () => {
  const problem = stdio.problem()
  if (problem !== undefined) void nameLoss(problem)
})
// Whoever interrupted it does not wait for what lingers.
setTimeout(() => process.exit(), signal.aborted ? 50 : 2_000).unref()
