import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { anvilPath } from './demo/chain.ts'
import { type Children, createChildren } from './demo/children.ts'
import { type LostSummary, lostText, tellLost } from './demo/lost/tell.ts'
import { createScreen } from './demo/screen.ts'
import { tellStory } from './demo/story.ts'
import { type Summary, summarize, summaryText } from './demo/summary.ts'
import { root } from './process/workspaces.ts'

// Pays for a real download through a hub on a chain of its own, or shows how what is lost is got back. It only spawns public `sluice` commands and reads
// the chain. Other stories are programs over the packages: they are run as they are.

const USAGE = 'usage: ./run demo [file | web | agents | lost] [--json]'

interface Arguments {
  /** Which story is told: a download of a file, or of what is lost and got back. */
  readonly story: 'download' | 'lost'
  readonly file: string
  readonly json: boolean
}

function parseArguments(args: readonly string[]): Arguments {
  const files = args.filter((arg) => !arg.startsWith('--'))
  const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--json')
  if (unknown !== undefined || files.length > 1) throw new Error(`${unknown ?? files[1]} is not understood. ${USAGE}`)
  const [named] = files
  const json = args.includes('--json')
  if (named === 'lost') return { story: 'lost', file: '', json }
  // Without a file the demo sends a real one that the install brought: the local chain's own program.
  const file = named === undefined ? anvilPath() : resolve(process.env.INIT_CWD ?? process.cwd(), named)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || stats.size === 0)
    throw new Error(`${file} is not a file with content. Name another one. ${USAGE}`)
  return { story: 'download', file, json }
}

function jsonText(summary: Summary | LostSummary): string {
  return JSON.stringify(summary, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
}

/** Stories that are programs of their own, and what they are given. */
const programs: Readonly<Record<string, readonly string[]>> = {
  // sells and buys by the call, the second and the token
  web: ['examples/paid-web/main.ts', '--once'],
  // buys by every dialect
  agents: ['bench/src/agents/main.ts'],
}

async function runProgram([file = '', ...options]: readonly string[], args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--json')
  if (unknown !== undefined) throw new Error(`${unknown} is not understood. ${USAGE}`)
  // It ends this process at Ctrl-C, which the stories told here do by themselves once their children are gone.
  const { runCommand } = await import('./process/run-command.ts')
  const { code } = await runCommand(['node', join(root, file), ...options, ...args], { output: 'inherit' })
  return code
}

async function told(children: Children, folder: string, { story, file, json }: Arguments) {
  if (story === 'lost') {
    const lost = await tellLost(children, createScreen(), folder)
    return { ok: lost.ok, text: json ? jsonText(lost) : lostText(lost) }
  }
  const summary = summarize(await tellStory(children, createScreen(), folder, file))
  return { ok: summary.ok, text: json ? jsonText(summary) : summaryText(summary) }
}

async function main(): Promise<number> {
  const [named = '', ...others] = process.argv.slice(2)
  const program = programs[named]
  if (program !== undefined) return runProgram(program, others)
  const { story, file, json } = parseArguments(process.argv.slice(2))
  const children = createChildren()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'))
  let isInterrupted = false
  const interrupt = () => {
    isInterrupted = true
    void children.stopAll()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    const { ok, text } = await told(children, folder, { story, file, json })
    process.stdout.write(`${text}\n`)
    return ok ? 0 : 1
  } catch (thrown) {
    if (!isInterrupted) throw thrown
    process.stderr.write('\ninterrupted: everything is stopped\n')
    return 130
  } finally {
    await children.stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await main()
} catch (thrown) {
  process.stderr.write(`demo: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exitCode = 1
}
