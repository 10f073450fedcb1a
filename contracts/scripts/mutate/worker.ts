// A process that examines the mutants that it is sent, one after the other.

import { makeExaminer } from './examine.ts'
import { makeJudge } from './judge.ts'
import type { Mutant } from './mutants.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const examine = makeExaminer(makeJudge(folder, name))

// An interrupted run closes the channel and takes the folder away: what fails then is no news.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())
process.on('message', (mutant: Mutant) => {
  try {
    process.send?.(examine(mutant))
  } catch (error) {
    if (process.connected) throw error
    process.exit()
  }
})
