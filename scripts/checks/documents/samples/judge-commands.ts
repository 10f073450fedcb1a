import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../../process/run-command.ts'
import { listWorkspaces, root } from '../../../process/workspaces.ts'
import type { CommandLine } from './command-lines.ts'

/** Judges the lines of `sluice` by the command's own tables. A script of its package, since it may import those. */
const JUDGE = 'apps/node/scripts/judge-lines.ts'

/** Commands in documents that are not there, or do not take what they are given. */
export async function judgeCommands(lines: readonly CommandLine[]): Promise<string[]> {
  const { scripts, 'scripts-info': info } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const own = lines.flatMap((line) => {
    const args = argumentsOfSluice(line.words)
    return args === undefined ? [] : [{ place: `${line.path}:${line.line}`, args }]
  })
  const judged = lines.flatMap(({ path, line, words }) => {
    const problem = judge(words, { ...Object.fromEntries(Object.keys(scripts).map((name) => [name, ''])), ...info })
    return problem === undefined ? [] : [`${path}:${line} ${words.join(' ')}: ${problem}`]
  })
  return [...judged, ...(await judgeSluice(own))]
}

interface SluiceLine {
  readonly place: string
  readonly args: readonly string[]
}

async function judgeSluice(lines: readonly SluiceLine[]): Promise<string[]> {
  if (lines.length === 0) return []
  const { code, output } = await runCommand(['node', JUDGE, JSON.stringify(lines)], { output: 'keep' })
  if (code !== 0) return [output]
  return output.split('\n').filter((line) => line !== '')
}

/** The arguments of a line that starts the command, however it is started. */
export function argumentsOfSluice(words: readonly string[]): readonly string[] | undefined {
  const starts = [['sluice'], ['./run', 'sluice'], ['npx', 'sluice']]
  const start = starts.find((candidate) => candidate.every((word, i) => words[i] === word))
  return start === undefined ? undefined : words.slice(start.length)
}

/** What is wrong with a command that this repository has; of others it knows nothing. */
export function judge(
  [program = '', ...args]: readonly string[],
  commands: Readonly<Record<string, string>>,
): string | undefined {
  if (program === './run') return judgeRun(args, commands)
  if (program === 'npm') return judgeNpm(args)
  if (program === 'npx')
    return isThere(args.find((word) => !word.startsWith('-')) ?? '') ? undefined : 'no package brings it'
  if (program === 'node') return judgePath(args.find((word) => !word.startsWith('-')))
  return undefined
}

function judgeRun([name, ...args]: readonly string[], commands: Readonly<Record<string, string>>): string | undefined {
  if (name === undefined || ['help', '--help'].includes(name)) return undefined
  const info = commands[name]
  if (info === undefined) return `there is no command ${name}`
  if (name === 'sluice') return undefined
  const unknown = args.filter((word) => word.startsWith('--')).find((word) => !info.includes(word.replace(/=.*/, '')))
  return unknown === undefined ? undefined : `the list of ./run tells nothing of ${unknown}`
}

function judgeNpm([verb, ...args]: readonly string[]): string | undefined {
  const names = args.filter((word) => /^(?:@sluice\/|sluice$|sluice-)/.test(word))
  const wanted = verb === 'create' ? names.map((name) => `create-${name}`) : names
  const known = listWorkspaces().map(({ name }) => name)
  const missing = wanted.find((name) => !known.includes(name.replace(/(?<=.)@[^/]*$/, '')))
  return missing === undefined ? undefined : `there is no package ${missing}`
}

function isThere(program: string): boolean {
  return program === 'sluice' || existsSync(join(root, 'node_modules/.bin', program))
}

function judgePath(path: string | undefined): string | undefined {
  if (path === undefined || !/^(?:packages|apps|contracts|bench|scripts|specs|site|examples)\//.test(path))
    return undefined
  return existsSync(join(root, path)) ? undefined : `there is no ${path}`
}
