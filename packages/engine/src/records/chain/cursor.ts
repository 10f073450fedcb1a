import { recordKind } from '@sluice/protocol'
import { struct, uint } from '@sluice/protocol/codec'

/** How far the durable facts go. */
export interface Cursor {
  readonly number: bigint
  readonly timestamp: bigint
}

export const cursorKind = recordKind<Cursor>(
  'chain-cursor/',
  struct<Cursor>({ number: uint, timestamp: uint }),
  () => 'final',
)
