/** When a block counts as final: as the node says, or under so many heights. */
export type Finality =
  | { readonly type: 'tag'; readonly tag: 'finalized' | 'safe' }
  | { readonly type: 'depth'; readonly blocks: number }

/** The number up to which all is final; undefined while nothing is. `tagged`: the block that the node names, where it is asked. */
export function finalNumber(finality: Finality, head: bigint, tagged: bigint | undefined): bigint | undefined {
  const number = finality.type === 'depth' ? head - BigInt(finality.blocks) : tagged
  if (number === undefined || number < 0n) return undefined
  return number < head ? number : head
}
