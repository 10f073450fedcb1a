// The tree of locks, plainly: the scenes need roots and proofs of a thousand locks, and no other property.

import { concat, encodePacked, type Hex, keccak256 } from 'viem'
import { zeroWord } from './world.ts'

/** The leaf of a lock. */
export function leafOf(index: number, amount: bigint, condition: Hex): Hex {
  return keccak256(encodePacked(['uint8', 'uint32', 'uint128', 'bytes32'], [0, index, amount, condition]))
}

/** All levels of the tree over these leaves, the leaves first and the root last. */
export function levelsOf(leaves: readonly Hex[]): Hex[][] {
  const width = 2 ** Math.ceil(Math.log2(Math.max(1, leaves.length)))
  const levels: Hex[][] = [Array.from({ length: width }, (_, index) => leaves[index] ?? zeroWord)]
  for (let below = levels[0] ?? []; below.length > 1; ) {
    const pairs = below.filter((_, index) => index % 2 === 0)
    const above = pairs.map((left, index) => keccak256(concat(['0x01', left, below[2 * index + 1] ?? zeroWord])))
    levels.push(above)
    below = above
  }
  return levels
}

/** The root of the tree. */
export function rootOf(levels: Hex[][]): Hex {
  return levels.at(-1)?.[0] ?? zeroWord
}

/** Siblings from the leaf up. */
export function proofOf(levels: Hex[][], index: number): Hex[] {
  return levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] ?? zeroWord)
}
