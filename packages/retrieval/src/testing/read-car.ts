import { CarBlockIterator } from '@ipld/car'

/** The roots and the CIDs of a CAR's blocks, in their order, as the reference implementation reads them. */
export async function cidsIn(car: Uint8Array): Promise<{ readonly roots: string[]; readonly blocks: string[] }> {
  const reader = await CarBlockIterator.fromBytes(car)
  const blocks: string[] = []
  for await (const { cid } of reader) blocks.push(cid.toString())
  return { roots: (await reader.getRoots()).map(String), blocks }
}
