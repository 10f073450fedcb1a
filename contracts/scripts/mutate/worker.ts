// A process that examines the mutants that it is sent, one after the other.

import { makeExaminer } from './examine.ts'
import { makeJudge } from './judge.ts'
import type { Mutant } from './mutants.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const examine = makeExaminer(makeJudge(folder, name))

// an interrupted run ends this process by closing the channel
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())
process.on('message', (mutant: Mutant) => process.send?.(examine(mutant)))
