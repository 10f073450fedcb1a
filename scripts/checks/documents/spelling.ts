import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../process/workspaces.ts'
import { type Check, commandCheck } from '../check.ts'
import { readSources, type Source } from '../sources.ts'

/** Words that are right although no dictionary has them. */
const WORDS = 'scripts/checks/documents/words.txt'

const files = ['**/*.md', '**/*.ts', '**/*.sol']
const cspell = commandCheck('', ['cspell', 'lint', '--no-progress', '--no-summary', '--no-color', ...files])

/** The words of the list that no text has. */
export function findUnusedWords(list: string, sources: readonly Source[]): string[] {
  const words = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const all = sources.map(({ text }) => text.toLowerCase()).join('\n')
  return words.filter((word) => !all.includes(word.toLowerCase())).map((word) => `${WORDS}: nothing uses ${word}`)
}

/** Documents and comments are spelled by American or British dictionaries and the list of this repository, which stays small. */
export const spellingCheck: Check = {
  name: 'docs: spelling',
  run: async () => [
    ...(await cspell.run()),
    ...findUnusedWords(readFileSync(join(root, WORDS), 'utf8'), readSources(/\.(?:md|ts|sol)$/)),
  ],
}
