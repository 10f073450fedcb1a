import { type Hex, type Id, type PartyIndex, recordKind } from '@sluice/protocol'
import { bit, bytes32, hexBytes, optional, struct, text, uint, uint32 } from '@sluice/protocol/codec'

/** A deposit under way. Unlike any other call it must not happen twice: it is signed once and stored before it is sent. */
export interface DepositRecord {
  /** 16 random bytes. */
  readonly depositId: Hex
  readonly channelId: Id
  readonly party: PartyIndex
  readonly amount: bigint
  readonly prepared?: { readonly hash: Hex; readonly raw: Hex; readonly nonce: number }
  /** All that final blocks showed as the party's deposits when it was signed: once they show so much more, it is made. Base units. */
  readonly before?: bigint
  /** Why it failed for good. */
  readonly failed?: string
}

export const depositKind = recordKind<DepositRecord>(
  'deposit/',
  struct<DepositRecord>({
    depositId: hexBytes,
    channelId: bytes32,
    party: bit,
    amount: uint,
    prepared: optional(struct<{ hash: Hex; raw: Hex; nonce: number }>({ hash: bytes32, raw: hexBytes, nonce: uint32 })),
    before: optional(uint),
    failed: optional(text),
  }),
  ({ depositId }) => depositId,
)
