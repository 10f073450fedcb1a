import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Example, listExamples } from '../examples/list.ts'
import { runCommand } from '../process/run-command.ts'
import { root } from '../process/workspaces.ts'
import type { Check } from './check.ts'

/** What an example may have of its own code: tests and what it shares with others apart. */
const MAX_LINES = 100

/** Each example stands alone, so what several need, each has: the same. */
const SHARED = ['tsconfig.json', 'site.ts', 'wallet.ts']

const read = (path: string): string => readFileSync(path, 'utf8')

/** Lines that are neither empty nor a comment. */
export function countCode(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(?:$|\/\/|\/?\*)/.test(line)).length
}

function judge({ name, folder }: Example): string[] {
  const manifest = JSON.parse(read(join(folder, 'package.json')))
  const sources = globSync('*.ts', { cwd: folder }).filter(
    (path) => !path.endsWith('.test.ts') && !SHARED.includes(path),
  )
  const lines = sources.reduce((sum, path) => sum + countCode(read(join(folder, path))), 0)
  return [
    ...(manifest.name === `example-${name}` && manifest.private === true ? [] : ['is not private as example-<folder>']),
    ...['start', 'test', 'types'].filter((script) => !manifest.scripts[script]).map((script) => `has no npm ${script}`),
    ...['README.md', 'tsconfig.json'].filter((path) => !existsSync(join(folder, path))).map((path) => `lacks ${path}`),
    ...globSync('*.ts', { cwd: folder })
      .filter((path) => /^\s*(?:await )?using /m.test(read(join(folder, path))))
      .map((path) => `says using in ${path}, which Node.js 22 does not understand`),
    ...(lines > MAX_LINES ? [`has ${lines} lines of code, more than ${MAX_LINES}`] : []),
    ...(read(join(root, 'examples/README.md')).includes(`(${name}/README.md)`) ? [] : ['is not in examples/README.md']),
  ].map((problem) => `examples/${name} ${problem}`)
}

function findDifferences(examples: readonly Example[]): string[] {
  return SHARED.flatMap((path) => {
    const files = examples.map(({ folder }) => join(folder, path)).filter((file) => existsSync(file))
    return new Set(files.map(read)).size > 1 ? [`${path} is not the same in all examples that have one`] : []
  })
}

/** All at once, which is quicker: their tsconfig is the same. */
async function findTypeErrors(): Promise<string[]> {
  const { code, output } = await runCommand(['tsc', '-p', 'examples'], { output: 'keep' })
  return code === 0 ? [] : [output]
}

/** What every example keeps to, so that whoever copies one finds all in it. */
export const exampleCheck: Check = {
  name: 'examples',
  run: async () => {
    const examples = listExamples()
    return [...examples.flatMap(judge), ...findDifferences(examples), ...(await findTypeErrors())]
  },
}
