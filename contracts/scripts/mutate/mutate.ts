// Mutation testing of the contract: which small mistakes would no test notice?

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'
import { makeCompiler } from './compile.ts'
import { makeJudge } from './judge.ts'
import { allMutants, mutatedFiles, sampleOf } from './mutants.ts'

/** A mutant that no test noticed. */
export interface Survivor {
  file: string
  line: number
  what: string
}

/** What a run came to. Mutants that do not compile, or compile to the same bytecode, are not counted. */
export interface MutationReport {
  mutants: number
  killed: number
  survivors: Survivor[]
}

/** What a run is told. */
export interface MutationOptions {
  /** How many mutants at most, spread evenly over all. */
  sample: number
  /** Only files whose path holds this. */
  filter: string
  /** Hears of each verdict. */
  onVerdict: (verdict: string) => void
}

/** Makes mutants and runs the tests against each. @throws Error if the tests fail without any mutation. */
export function mutate({ sample, filter, onVerdict }: MutationOptions): MutationReport {
  const mutants = sampleOf(allMutants(mutatedFiles().filter((file) => file.includes(filter))), sample)
  const compile = makeCompiler()
  const [first = 'src/Sluice.sol'] = mutatedFiles()
  const original = compile(first, readFileSync(join(contractsFolder, first), 'utf8'))
  const report: MutationReport = { mutants: 0, killed: 0, survivors: [] }
  using judge = makeJudge(String(process.pid))
  for (const { file, line, what, source } of mutants) {
    const compiled = compile(file, source)
    if (compiled === undefined || compiled.runtime === original?.runtime) continue
    const killer = judge.judge(compiled)
    report.mutants++
    if (killer === undefined) report.survivors.push({ file, line, what })
    else report.killed++
    onVerdict(`${file}:${line} ${what}: ${killer === undefined ? 'SURVIVED' : `killed by ${killer}`}`)
  }
  return report
}
