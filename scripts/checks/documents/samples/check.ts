import type { Check } from '../../check.ts'
import { readSources } from '../../sources.ts'
import { type Block, findBlocks, findExamples, findIndented } from './blocks.ts'
import { readCommandLines } from './command-lines.ts'
import { judgeCommands } from './judge-commands.ts'
import { judgePrograms, runPrograms } from './programs.ts'

/** Every document, but for what is kept for the next release's notes. */
const DOCUMENTS = /^(?!\.changeset\/|.*CHANGELOG\.md$).*\.md$/

const SOURCES = /^(?:packages|contracts|apps)\/.*(?<!\.test)\.ts$/

function judgeJson({ path, line, code }: Block): string[] {
  try {
    JSON.parse(code)
    return []
  } catch (thrown) {
    return [`${path}:${line} is not JSON: ${String(thrown)}`]
  }
}

/**
 * Code in documents holds what it says: programs compile against the public entries, and run if they need nothing outside; commands
 * and their options are there; JSON can be read. The examples in the texts of functions compile, too.
 */
export const sampleCheck: Check = {
  name: 'docs: code blocks',
  run: async () => {
    const documents = readSources(DOCUMENTS)
    const blocks = documents.flatMap(findBlocks)
    const examples = readSources(SOURCES).flatMap(findExamples)
    const lines = [...blocks, ...documents.flatMap(findIndented)].flatMap(readCommandLines)
    return [
      ...(await judgePrograms([...blocks, ...examples])),
      ...(await runPrograms(blocks)),
      ...(await judgeCommands(lines)),
      ...blocks.filter(({ language }) => language === 'json').flatMap(judgeJson),
    ]
  },
}
