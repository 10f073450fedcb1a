import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarFolder, type CarFolderOptions } from '../node/folder/car-folder.ts'
import type { Block } from './random-dag.ts'
import { carBytes } from './write-car.ts'

/** A folder with one CAR of these blocks, open. */
export async function openFolderOf(
  blocks: readonly Block[],
  options: CarFolderOptions = {},
): Promise<CarFolder & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-folder-'))
  await writeFile(join(path, 'a.car'), carBytes([], blocks))
  const folder = await CarFolder.open(path, options)
  return Object.assign(folder, {
    async [Symbol.asyncDispose]() {
      await folder.close()
      await rm(path, { recursive: true })
    },
  })
}
