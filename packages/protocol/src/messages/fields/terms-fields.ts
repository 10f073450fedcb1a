import { list, struct } from '../../codec/composite-fields.ts'
import { sharing } from '../../codec/sharing.ts'
import { address, uint32, uint64, uint128 } from '../../codec/value-fields.ts'
import type { ChannelTerms, Party, VirtualTerms } from '../../terms/terms.ts'
import { MAX_PATH, MIN_PATH } from '../../terms/terms-check.ts'

const party = struct<Party>({ account: address, signer: address })

export const channelTerms = struct<ChannelTerms>({
  a: party,
  b: party,
  token: address,
  disputeWindow: uint32,
  nonce: uint64,
})

export const virtualTerms = struct<VirtualTerms>({
  path: sharing(list(address, MIN_PATH, MAX_PATH), (path) => path.join()),
  token: address,
  capacity: uint128,
  disputeWindow: uint32,
  nonce: uint64,
})
