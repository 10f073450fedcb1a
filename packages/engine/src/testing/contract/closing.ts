import { type Address, type ChannelTerms, type Id, NATIVE_TOKEN, ZERO_HASH } from '@sluice/protocol'
import type { SignedLaneVoucher } from '../../ports/chain.ts'
import type { CallOf } from './calls.ts'
import { type ModelChannel, replaced } from './ledger.ts'
import { payBoth } from './payouts.ts'
import { refuse } from './refusal.ts'
import {
  change,
  channelOf,
  isLane,
  least,
  otherThan,
  partyOf,
  potOf,
  type Run,
  requireAlive,
  requireNotOver,
  requireRequest,
  requireSignature,
  speaksFor,
  tryItem,
} from './run.ts'

/** Who shows a voucher that somebody else relays. */
const NOBODY: Address = NATIVE_TOKEN

export function startClose(run: Run, { terms, voucher }: CallOf<'startClose'>): void {
  requireSpeaker(run, terms, run.sender)
  start(run, terms, voucher, run.sender)
}

export function startCloseFor(run: Run, { terms, voucher, request }: CallOf<'startCloseFor'>): void {
  requireSpeaker(run, terms, request.by)
  requireRequest(run, [run.digests.channelId(terms)], request)
  start(run, terms, voucher, NOBODY)
}

function requireSpeaker({ digests }: Run, terms: ChannelTerms, who: Address): void {
  if (!speaksFor(terms, 0, who) && !speaksFor(terms, 1, who)) refuse('NotParty', digests.channelId(terms), who)
}

function start(run: Run, terms: ChannelTerms, voucher: SignedLaneVoucher | undefined, sender: Address): void {
  const [channelId, channel] = channelOf(run, terms)
  requireAlive(run, channelId, channel, terms)
  requireLane(voucher)
  if (channel.status === 'closing') refuse('AlreadyClosing', channelId, channel.closesAt)
  const closesAt = run.time + BigInt(terms.disputeWindow)
  change(run, channelId, { status: 'closing', closesAt })
  run.emit({ type: 'closeStarted', channelId, closesAt })
  if (voucher !== undefined && voucher.voucher.seq !== 0n) show(run, terms, voucher, sender)
}

export function updateLane(run: Run, { terms, voucher }: CallOf<'updateLane'>): void {
  requireRunning(run, terms)
  show(run, terms, voucher, run.sender)
}

export function updateLanes(run: Run, { terms, vouchers }: CallOf<'updateLanes'>): void {
  const channelId = requireRunning(run, terms)
  for (const [position, voucher] of vouchers.entries()) {
    tryItem(run, channelId, position, () => show(run, terms, voucher, run.sender))
  }
}

function requireRunning(run: Run, terms: ChannelTerms): Id {
  const [channelId, channel] = channelOf(run, terms)
  requireNotOver(channelId, channel)
  if (channel.status !== 'closing') refuse('NotClosing', channelId)
  if (run.time >= channel.closesAt) refuse('WindowOver', channelId, channel.closesAt)
  return channelId
}

function requireLane(signed: SignedLaneVoucher | undefined): void {
  if (signed !== undefined && !isLane(signed.voucher.lane)) refuse('WrongLane', signed.voucher.lane)
}

function show(run: Run, terms: ChannelTerms, signed: SignedLaneVoucher, sender: Address): void {
  requireLane(signed)
  const [channelId, channel] = channelOf(run, terms)
  const { lane, seq, paid, locked, locksRoot } = signed.voucher
  const before = channel.lanes[lane].seq
  if (seq <= before) refuse('StaleVoucher', channelId, lane, before, seq)
  if (locked !== 0n && locksRoot === ZERO_HASH) refuse('BadLocks', locked, locksRoot)
  requireShown(run, terms, channelId, signed, sender)
  change(run, channelId, { lanes: replaced(channel.lanes, lane, { seq, paid, locked, locksRoot }) })
  run.emit({ type: 'laneUpdated', channelId, lane, seq, paid, locked, locksRoot })
}

/** The payer signed it, and the receiver sends or signed it. */
function requireShown(run: Run, terms: ChannelTerms, channelId: Id, signed: SignedLaneVoucher, sender: Address): void {
  const { lane } = signed.voucher
  const digest = run.digests.laneVoucher({ ...signed.voucher, channelId })
  requireSignature(run, digest, signed.payerSignature, partyOf(terms, lane).signer)
  const receiver = otherThan(lane)
  if (speaksFor(terms, receiver, sender)) return
  if (signed.receiverSignature === undefined) refuse('NotReceiver', channelId, lane, sender)
  requireSignature(run, digest, signed.receiverSignature, partyOf(terms, receiver).signer)
}

export function settle(run: Run, { terms, locks, asCredit }: CallOf<'settle'>): void {
  const [channelId, channel] = channelOf(run, terms)
  requireNotOver(channelId, channel)
  if (channel.status !== 'closing') refuse('NotClosing', channelId)
  if (run.time < channel.closesAt) refuse('WindowOpen', channelId, channel.closesAt)
  for (const lane of [0, 1] as const) {
    // what is said of the locks of a lane without any counts for nothing
    if (channel.lanes[lane].locked !== 0n && !hasLocks(channel, lane, locks[lane])) {
      refuse('LocksMismatch', channelId, lane)
    }
  }
  const pot = potOf(channel)
  const shareA = clamp(balanceOfA(channel), pot)
  const shareB = pot - shareA
  const pools = [least(channel.lanes[0].locked, shareA), least(channel.lanes[1].locked, shareB)] as const
  const [paidA, paidB] = [shareA - pools[0], shareB - pools[1]]
  change(run, channelId, { status: 'settled', pools })
  run.emit({ type: 'settled', channelId, paidA, paidB, pools })
  payBoth(run, terms, paidA, paidB, asCredit)
}

/** Whether these are the locks of the voucher last shown for a lane. Those of a lane without locks cannot be named. */
export function hasLocks({ lanes }: ModelChannel, lane: 0 | 1, { locked, locksRoot }: CallOf<'settle'>['locks'][0]) {
  const shown = lanes[lane]
  return shown.locked !== 0n && shown.locked === locked && shown.locksRoot === locksRoot
}

function balanceOfA({ deposits, withdrawn, lanes }: ModelChannel): bigint {
  return deposits[0] - withdrawn[0] - lanes[0].paid + lanes[1].paid
}

const clamp = (value: bigint, limit: bigint) => (value < 0n ? 0n : least(value, limit))
