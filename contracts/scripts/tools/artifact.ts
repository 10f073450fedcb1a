import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'
import { contractsFolder } from './foundry.ts'

/** What forge built of a contract. @throws Error if it was not built. */
export function artifact(file: string, contract: string): { abi: Abi; bytecode: Hex } {
  const built = JSON.parse(readFileSync(join(contractsFolder, 'out', file, `${contract}.json`), 'utf8')) as {
    abi: Abi
    bytecode: { object: Hex }
  }
  return { abi: built.abi, bytecode: built.bytecode.object }
}
