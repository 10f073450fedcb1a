import {
  type Address,
  type ChannelTerms,
  type Crypto,
  checkTick,
  type Digests,
  type Hex,
  type Id,
  type LaneIndex,
  type PartyIndex,
  type VirtualTerms,
  verifyLockProof,
  voucherValue,
  ZERO_HASH,
} from '@sluice/protocol'
import type { ChainCall, ChainEvent, CloseRequest, LockProof, SignedLaneVoucher } from '../../ports/chain.ts'
import { addBalance, balanceOf, type Ledger, type ModelChannel, type ModelLane, replaced } from './ledger.ts'

/** A call that the contract does not take. Nothing of it happened. */
export class Reverted extends Error {
  override readonly name = 'Reverted'
}

function need(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Reverted(why)
}

/** What a call runs in. */
export interface CallContext {
  readonly ledger: Ledger
  readonly sender: Address
  /** Block time, Unix seconds. */
  readonly time: bigint
  readonly digests: Digests
  readonly crypto: Crypto
}

const emptyModelLane: ModelLane = { seq: 0n, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }

/**
 * A plain model of the contract: what protocol.md's section on the chain says, and no more. Changes the ledger and returns the
 * events, or throws {@link Reverted}, when the ledger is to be thrown away.
 */
export function execute(context: CallContext, call: ChainCall): readonly ChainEvent[] {
  switch (call.type) {
    case 'deposit':
      return deposit(context, call.terms, call.party, call.amount)
    case 'withdraw':
      return withdraw(context, call)
    case 'close':
      return close(context, call)
    case 'startClose':
      return startClose(context, call.terms, call.voucher, call.request)
    case 'updateLane':
      return updateLane(context, call.terms, call.voucher)
    case 'settle':
      return settle(context, call)
    case 'unlock':
      return call.locks.flatMap((lock) => unlock(context, call.terms, call.lane, call.locked, lock))
    case 'closeVirtual':
      return closeVirtual(context, call.terms, call.request)
    case 'redeem':
      return redeem(context, call)
    case 'pushCredit':
      throw new Reverted('nothing waits for the account')
  }
}

function channelOf({ ledger, digests }: CallContext, terms: ChannelTerms): readonly [Id, ModelChannel] {
  const id = digests.channelId(terms)
  const fresh: ModelChannel = {
    status: 'open',
    token: terms.token,
    deposits: [0n, 0n],
    withdrawn: [0n, 0n],
    closesAt: 0n,
    lanes: [emptyModelLane, emptyModelLane],
    pools: [0n, 0n],
    unlocked: new Set(),
  }
  return [id, ledger.channels.get(id) ?? fresh]
}

const partyOf = (terms: ChannelTerms, index: PartyIndex) => (index === 0 ? terms.a : terms.b)
const other = (index: PartyIndex): PartyIndex => (index === 0 ? 1 : 0)
const isAlive = ({ status }: ModelChannel) => status === 'open' || status === 'closing'

function indexOf(terms: ChannelTerms, who: Address): PartyIndex | undefined {
  if (who === terms.a.account || who === terms.a.signer) return 0
  return who === terms.b.account || who === terms.b.signer ? 1 : undefined
}

function needSignatures({ crypto }: CallContext, terms: ChannelTerms, digest: Hex, [a, b]: readonly [Hex, Hex]): void {
  need(crypto.recover(digest, a) === terms.a.signer, "a's signature is wrong")
  need(crypto.recover(digest, b) === terms.b.signer, "b's signature is wrong")
}

function pay(context: CallContext, terms: ChannelTerms, party: PartyIndex, amount: bigint): void {
  const { ledger, digests } = context
  if (amount === 0n) return
  need(balanceOf(ledger, terms.token, digests.domain.contract) >= amount, 'the contract owes more than it has')
  addBalance(ledger, terms.token, digests.domain.contract, -amount)
  addBalance(ledger, terms.token, partyOf(terms, party).account, amount)
}

function deposit(context: CallContext, terms: ChannelTerms, party: PartyIndex, amount: bigint): readonly ChainEvent[] {
  const { ledger, sender, digests } = context
  const [channelId, channel] = channelOf(context, terms)
  need(isAlive(channel), 'the channel is over')
  need(amount > 0n, 'nothing is deposited')
  need(balanceOf(ledger, terms.token, sender) >= amount, 'the sender has too little')
  addBalance(ledger, terms.token, sender, -amount)
  addBalance(ledger, terms.token, digests.domain.contract, amount)
  const total = channel.deposits[party] + amount
  ledger.channels.set(channelId, { ...channel, deposits: replaced(channel.deposits, party, total) })
  return [{ type: 'deposited', channelId, party, total }]
}

function withdraw(context: CallContext, call: ChainCall & { type: 'withdraw' }): readonly ChainEvent[] {
  const { terms, withdrawal, signatures } = call
  const { party, total, deadline } = withdrawal
  const [channelId, channel] = channelOf(context, terms)
  need(withdrawal.channelId === channelId, 'another channel')
  need(isAlive(channel), 'the channel is over')
  need(context.time <= deadline, 'past the deadline')
  need(total > channel.withdrawn[party], 'nothing new')
  needSignatures(context, terms, context.digests.withdrawal(withdrawal), signatures)
  const part = total - channel.withdrawn[party]
  need(part <= pot(channel), 'the pot is smaller')
  pay(context, terms, party, part)
  context.ledger.channels.set(channelId, { ...channel, withdrawn: replaced(channel.withdrawn, party, total) })
  return [{ type: 'withdrawn', channelId, party, total }]
}

function pot({ deposits, withdrawn }: ModelChannel): bigint {
  return deposits[0] + deposits[1] - withdrawn[0] - withdrawn[1]
}

function close(context: CallContext, call: ChainCall & { type: 'close' }): readonly ChainEvent[] {
  const { terms, close: agreed, signatures } = call
  const [channelId, channel] = channelOf(context, terms)
  need(agreed.channelId === channelId, 'another channel')
  need(isAlive(channel), 'the channel is over')
  need(context.time <= agreed.deadline, 'past the deadline')
  needSignatures(context, terms, context.digests.close(agreed), signatures)
  const moved = agreed.from === 0 ? agreed.amount : -agreed.amount
  const paidA = channel.deposits[0] - channel.withdrawn[0] - moved
  const paidB = channel.deposits[1] - channel.withdrawn[1] + moved
  need(paidA >= 0n && paidB >= 0n, 'a side would go below zero')
  pay(context, terms, 0, paidA)
  pay(context, terms, 1, paidB)
  context.ledger.channels.set(channelId, { ...channel, status: 'closed' })
  return [{ type: 'closed', channelId, paidA, paidB }]
}

function startClose(
  context: CallContext,
  terms: ChannelTerms,
  voucher: SignedLaneVoucher | undefined,
  request: CloseRequest | undefined,
): readonly ChainEvent[] {
  const [channelId, channel] = channelOf(context, terms)
  need(channel.status === 'open', 'a close was started before')
  const direct = indexOf(terms, context.sender)
  if (direct === undefined) needRequest(context, channelId, request, (by) => indexOf(terms, by) !== undefined)
  const closesAt = context.time + BigInt(terms.disputeWindow)
  context.ledger.channels.set(channelId, { ...channel, status: 'closing', closesAt })
  const shown = voucher === undefined ? [] : show(context, terms, voucher)
  return [{ type: 'closeStarted', channelId, closesAt }, ...shown]
}

function needRequest(
  { crypto, digests }: CallContext,
  id: Id,
  request: CloseRequest | undefined,
  isMember: (by: Address) => boolean,
): void {
  need(request !== undefined && isMember(request.by), 'the sender is no member')
  need(crypto.recover(digests.closeRequest(id), request.signature) === request.by, 'the consent is wrong')
}

function updateLane(context: CallContext, terms: ChannelTerms, voucher: SignedLaneVoucher): readonly ChainEvent[] {
  const [, channel] = channelOf(context, terms)
  need(channel.status === 'closing' && context.time < channel.closesAt, 'no window runs')
  return show(context, terms, voucher)
}

function show(context: CallContext, terms: ChannelTerms, signed: SignedLaneVoucher): readonly ChainEvent[] {
  const [channelId, channel] = channelOf(context, terms)
  const { channelId: named, lane, seq, paid, locked, locksRoot } = signed.voucher
  need(named === channelId, 'another channel')
  need(seq > channel.lanes[lane].seq, 'not newer')
  const digest = context.digests.laneVoucher(signed.voucher)
  const payer = partyOf(terms, lane)
  const receiver = partyOf(terms, other(lane))
  need(context.crypto.recover(digest, signed.payerSignature) === payer.signer, "not the payer's signature")
  const byReceiver = context.sender === receiver.signer || context.sender === receiver.account
  const hasReceiver =
    signed.receiverSignature !== undefined &&
    context.crypto.recover(digest, signed.receiverSignature) === receiver.signer
  need(byReceiver || hasReceiver, 'the receiver does not show it')
  const lanes = replaced(channel.lanes, lane, { seq, paid, locked, locksRoot })
  context.ledger.channels.set(channelId, { ...channel, lanes })
  return [{ type: 'laneUpdated', channelId, lane, seq, paid, locked, locksRoot }]
}

const least = (x: bigint, y: bigint) => (x < y ? x : y)
const clamp = (value: bigint, limit: bigint) => (value < 0n ? 0n : least(value, limit))

function settle(context: CallContext, call: ChainCall & { type: 'settle' }): readonly ChainEvent[] {
  const { terms } = call
  const [channelId, channel] = channelOf(context, terms)
  need(channel.status === 'closing' && context.time >= channel.closesAt, 'the window is not over')
  const [lane0, lane1] = channel.lanes
  for (const index of [0, 1] as const) {
    const { locked, locksRoot } = call.locks[index]
    need(
      locked === channel.lanes[index].locked && locksRoot === channel.lanes[index].locksRoot,
      'other locks were shown',
    )
  }
  const whole = pot(channel)
  const shareA = clamp(channel.deposits[0] - channel.withdrawn[0] - lane0.paid + lane1.paid, whole)
  const shareB = whole - shareA
  const pools: [bigint, bigint] = [least(lane0.locked, shareA), least(lane1.locked, shareB)]
  const [paidA, paidB] = [shareA - pools[0], shareB - pools[1]]
  pay(context, terms, 0, paidA)
  pay(context, terms, 1, paidB)
  context.ledger.channels.set(channelId, { ...channel, status: 'settled', pools })
  return [{ type: 'settled', channelId, paidA, paidB, pools }]
}

function unlock(
  context: CallContext,
  terms: ChannelTerms,
  lane: LaneIndex,
  locked: bigint,
  lock: LockProof,
): readonly ChainEvent[] {
  const { ledger, digests, crypto, time } = context
  const [channelId, channel] = channelOf(context, terms)
  const { slot, amount, resolver, virtualId, side, proof } = lock
  need(channel.status === 'settled', 'not settled')
  need(locked === channel.lanes[lane].locked, 'another locked sum was shown')
  need(!channel.unlocked.has(`${lane}/${slot}`), 'unlocked before')
  need(resolver === digests.domain.contract && side === 0, 'no such resolver')
  const condition = digests.condition(resolver, virtualId, side)
  const root = channel.lanes[lane].locksRoot
  need(verifyLockProof(crypto.keccak256, root, slot, { amount, condition }, proof), 'the proof is wrong')
  const decided = ledger.virtuals.get(virtualId)
  need(decided !== undefined && time >= decided.finalAt, 'not final')
  const reserve = least(amount, channel.pools[lane])
  const toReceiver = least(reserve, decided.amount)
  const toPayer = reserve - toReceiver
  pay(context, terms, other(lane), toReceiver)
  pay(context, terms, lane, toPayer)
  ledger.channels.set(channelId, {
    ...channel,
    pools: replaced(channel.pools, lane, channel.pools[lane] - reserve),
    unlocked: new Set(channel.unlocked).add(`${lane}/${slot}`),
  })
  return [{ type: 'unlocked', channelId, lane, slot, toReceiver, toPayer }]
}

function closeVirtual(context: CallContext, terms: VirtualTerms, request: CloseRequest): readonly ChainEvent[] {
  const { ledger, digests, sender, time } = context
  const virtualId = digests.virtualId(terms)
  if (!terms.path.includes(sender)) needRequest(context, virtualId, request, (by) => terms.path.includes(by))
  if (ledger.virtuals.has(virtualId)) return []
  const finalAt = time + BigInt(terms.disputeWindow)
  ledger.virtuals.set(virtualId, { amount: 0n, finalAt })
  return [{ type: 'virtualUpdated', virtualId, amount: 0n, finalAt }]
}

function redeem(context: CallContext, call: ChainCall & { type: 'redeem' }): readonly ChainEvent[] {
  const { ledger, digests, crypto, sender, time } = context
  const { terms, signed } = call
  const virtualId = digests.virtualId(terms)
  need(signed.voucher.virtualId === virtualId, 'another virtual channel')
  need(crypto.recover(digests.voucher(signed.voucher), signed.signature) === terms.path[0], "not the payer's signature")
  if (signed.tick !== undefined) checkTick(crypto.keccak256, signed.voucher, signed.tick)
  const known = ledger.virtuals.get(virtualId)
  need(known !== undefined || terms.path.includes(sender), 'only a member may start')
  const finalAt = known?.finalAt ?? time + BigInt(terms.disputeWindow)
  need(time < finalAt, 'it is final')
  const amount = voucherValue(signed, terms.capacity)
  need(amount > (known?.amount ?? -1n), 'not higher')
  ledger.virtuals.set(virtualId, { amount, finalAt })
  return [{ type: 'virtualUpdated', virtualId, amount, finalAt }]
}
