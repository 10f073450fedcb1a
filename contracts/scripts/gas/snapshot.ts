import { join } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'

/** Where the committed gas figures are. */
export const gasSnapshotFile: string = join(contractsFolder, 'snapshots', 'gas.json')
