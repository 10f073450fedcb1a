import { type Hex, recordKind } from '@sluice/protocol'
import { bytes32, optional, struct, uint } from '@sluice/protocol/codec'

/** How far the durable facts go. */
export interface Cursor {
  readonly number: bigint
  readonly timestamp: bigint
  /** The newest block at or below it that was reported; by its hash a chain that was begun anew is known. */
  readonly block?: { readonly number: bigint; readonly hash: Hex }
}

export const cursorKind = recordKind<Cursor>(
  'chain-cursor/',
  struct<Cursor>({
    number: uint,
    timestamp: uint,
    block: optional(struct<NonNullable<Cursor['block']>>({ number: uint, hash: bytes32 })),
  }),
  () => 'final',
)
