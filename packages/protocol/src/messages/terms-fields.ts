import type { ChannelTerms, Party, VirtualTerms } from '../terms.ts'
import { MAX_PATH, MIN_PATH } from '../terms-check.ts'
import { list, struct } from './composite-fields.ts'
import { address, uint32, uint64, uint128 } from './value-fields.ts'

const party = struct<Party>({ account: address, signer: address })

export const channelTerms = struct<ChannelTerms>({
  a: party,
  b: party,
  token: address,
  disputeWindow: uint32,
  nonce: uint64,
})

export const virtualTerms = struct<VirtualTerms>({
  path: list(address, MIN_PATH, MAX_PATH),
  token: address,
  capacity: uint128,
  disputeWindow: uint32,
  nonce: uint64,
})
