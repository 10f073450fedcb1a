import { rollBack } from '../lane/answer.ts'
import { countersignNewest, takeCountersignature } from '../lane/countersign.ts'
import { draftOperation, emptyOutLane } from '../lane/draft.ts'
import type { Operation } from '../lane/operation.ts'
import type { OutLane } from '../lane/out-lane.ts'
import { acceptUpdate, emptyInLane, holdUpdate, refuseUpdate } from '../lane/receive.ts'
import { type LaneName, signDraft } from '../lane/sign.ts'
import type { ChannelPhase } from '../machines/channels/channel-phase.ts'
import type { ChannelRecord } from '../records/channel.ts'
import { createDigests, type Digests } from '../signing/digests.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import { signerFromKey, testCrypto } from './crypto.ts'
import { developmentKeys } from './keys.ts'

const digests: Digests = createDigests({ chainId: 314n, contract: `0x${'5c'.repeat(20)}` }, testCrypto)
/** What the golden channel's states are replayed with. */
export const goldenHashing: LaneHashing = { crypto: testCrypto, digests }

const [one, two] = [signerFromKey(developmentKeys[0]), signerFromKey(developmentKeys[1])]
const [low, high] = one.address < two.address ? [one, two] : [two, one]
const token = `0x${'00'.repeat(20)}` as const
const memo = { until: [1_800_000_600n], fees: [] }
const terms = {
  a: { account: low.address, signer: low.address },
  b: { account: high.address, signer: high.address },
  token,
  disputeWindow: 3600,
  nonce: 30_000_000n << 32n,
} as const
const channelId = digests.channelId(terms)
const outName: LaneName = { channelId, lane: 0 }
const inName: LaneName = { channelId, lane: 1 }

function virtualTerms(capacity: bigint, reversed = false): VirtualTerms {
  const path = reversed ? [high.address, low.address] : [low.address, high.address]
  return { path, token, capacity, disputeWindow: 600, nonce: (30_000_000n << 32n) + capacity }
}

const add = (capacity: bigint, reversed = false): Operation => ({
  type: 'add',
  terms: virtualTerms(capacity, reversed),
  memo,
})

function signed(lane: OutLane, operations: readonly Operation[], signer = low, name = outName): OutLane {
  const drafted = operations.reduce((draft, operation) => draftOperation(goldenHashing, draft, operation), lane)
  return signDraft(goldenHashing, signer, name, drafted, 1_800_000_005n)?.lane ?? lane
}

/** Two locks countersigned, one of them folded since, then an add refused. */
function outLane(): OutLane {
  let lane = signed(emptyOutLane, [add(100n), add(200n), { type: 'pay', amount: 7n }])
  const voucher = lane.updates[0]?.update.voucher
  if (voucher === undefined) throw new RangeError('nothing was signed')
  const signature = high.sign(digests.laneVoucher(voucher))
  lane = takeCountersignature(goldenHashing, high.address, lane, { seq: 1n, signature }, 1_800_000_006n)
  lane = signed(lane, [{ type: 'fold', lockId: digests.virtualId(virtualTerms(100n)), amount: 40n }])
  lane = signed(lane, [add(300n)])
  return rollBack(lane, 3n, 2n)
}

function inLane() {
  let peers = signed(emptyOutLane, [add(50n, true)], high, inName)
  peers = signed(peers, [{ type: 'pay', amount: 5n }], high, inName)
  peers = signed(peers, [{ type: 'pay', amount: 999n }], high, inName)
  const [first, second, third] = peers.updates
  if (first === undefined || second === undefined) throw new RangeError('nothing was signed')
  const lane = acceptUpdate(emptyInLane, first.update, first.state, 1_800_000_000n)
  const countersigned = countersignNewest(goldenHashing, low, lane)?.lane ?? lane
  const accepted = acceptUpdate(countersigned, second.update, second.state, 1_800_000_001n)
  return third === undefined ? accepted : holdUpdate(refuseUpdate(accepted, third.update), third.update, 1_800_000_002n)
}

const withdrawal = { channelId, party: 0, total: 11n, deadline: 1_800_000_300n } as const
const close = { channelId, from: 1, amount: 3n, deadline: 1_800_000_400n } as const

const since = 1_800_000_100n
const peerSignature = high.sign(digests.close(close))

/** Every phase of a channel, and every state of a cooperative close. */
export function goldenPhases(): readonly ChannelPhase[] {
  return [
    { type: 'proposed', since },
    { type: 'failed', since, reason: { type: 'rejected', code: 'CHANNEL_PROPOSAL_REFUSED', text: 'not here' } },
    { type: 'failed', since, reason: { type: 'unanswered' } },
    { type: 'open', since, close: { type: 'none' } },
    { type: 'open', since, close: { type: 'requested', close, peerSignature } },
    { type: 'closing', since, intent: 'cooperative', close: { type: 'signed', close } },
    { type: 'closing', since, intent: 'auto', close: { type: 'refused', close, code: 'CLOSE_WITH_LOCKS' } },
    { type: 'closing', since, intent: 'unilateral', close: { type: 'agreed', close, peerSignature } },
    { type: 'frozen', since, code: 'PEER_FROZEN', text: 'it forgot message 7', close: { type: 'none' } },
    { type: 'ended' },
  ]
}

/** A channel with something in each of its fields, in one of {@link goldenPhases}. */
export function goldenChannel(phase: ChannelPhase): ChannelRecord {
  return {
    channelId,
    terms,
    self: 0,
    peer: high.address,
    phase,
    out: outLane(),
    in: inLane(),
    surplus: 5n,
    withdrawals: [
      { type: 'signed', withdrawal },
      { type: 'refused', withdrawal, code: 'WITHDRAW_TOO_MUCH' },
      { type: 'agreed', withdrawal, peerSignature: high.sign(digests.withdrawal(withdrawal)) },
    ],
  }
}
