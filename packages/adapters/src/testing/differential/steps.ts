// Turns random numbers into calls that mostly make sense.

import type { LockProof, SignedCloseRequest, SignedLaneVoucher, Subtree } from '@sluice/engine'
import {
  authorizationNonce,
  type ContractCall,
  channelIn,
  depositWitness,
  heldOf,
  type ModelChannel,
} from '@sluice/engine/testing'
import {
  type Address,
  bytesToHex,
  type ChannelTerms,
  type Hex,
  hexToBytes,
  type Id,
  type LaneIndex,
  NATIVE_TOKEN,
  type Signer,
  type VirtualTerms,
  ZERO_HASH,
} from '@sluice/protocol'
import { hashTypedData } from 'viem'
import { NO_SIGNATURE } from './encode.ts'
import type { Scene } from './scene.ts'

/** One random step. */
export interface Step {
  readonly kind: Kind
  /** Which channel, virtual channel, lane, party. */
  readonly which: number
  readonly amount: number
  /** Who sends, and who signs in whose place. */
  readonly who: number
  /** Whether something is wrong with it: 4 is nothing. */
  readonly twist: number
  readonly wait: number
  /** What is seldom. */
  readonly flag: number
}

/** A call, and who makes it. */
export interface Made {
  readonly sender: Address
  readonly call: ContractCall
}

type Maker = (scene: Scene, step: Step, now: bigint) => Made | undefined

const pick = <T>(from: readonly T[], n: number): T => {
  const found = from[n % from.length]
  if (found === undefined) throw new RangeError('nothing to pick from')
  return found
}

const sides = ({ a, b }: Scene): readonly [Signer, Signer] => [a, b]
const crowd = ({ a, b, payee, stranger, accounts }: Scene) => [a, b, payee, stranger, ...accounts]
const sign = (by: Signer | undefined, digest: Hex): Hex => by?.sign(digest) ?? NO_SIGNATURE
const senderOf = (scene: Scene, { who }: Step) => pick([scene.a, scene.b, scene.payee, scene.stranger], who).address
const partyOf = ({ which }: Step) => ((which >> 2) % 2) as 0 | 1
const asCreditOf = ({ flag }: Step) => (flag < 4 ? 0 : flag - 4)

/** Mostly a good channel; seldom one whose terms are wrong. */
const channelOf = ({ channels }: Scene, { which, flag }: Step) =>
  pick(channels, flag === 7 ? 3 + (which % 4) : which % 3)
/** A channel for which the call makes sense, if there is one; now and then any. */
function channelThatIs(status: ModelChannel['status'], scene: Scene, step: Step): ChannelTerms | undefined {
  const { ledger, stage, channels } = scene
  if (step.flag > 5) return channelOf(scene, step)
  const fitting = channels.filter((terms) => channelIn(ledger, stage.digests.channelId(terms)).status === status)
  return fitting.length === 0 ? undefined : pick(fitting, step.which)
}

interface Lane {
  readonly terms: ChannelTerms
  readonly lane: number
}

/** A lane of a settled channel with something left for its locks, if there is one; now and then any. */
function laneWithPool(scene: Scene, step: Step): Lane | undefined {
  const { ledger, stage, channels } = scene
  const fitting = channels.flatMap((terms) => {
    const { status, pools } = channelIn(ledger, stage.digests.channelId(terms))
    return ([0, 1] as const).filter((lane) => status === 'settled' && pools[lane] > 0n).map((lane) => ({ terms, lane }))
  })
  if (step.flag > 5) return { terms: channelOf(scene, step), lane: partyOf(step) }
  if (fitting.length === 0) return undefined
  return pick(fitting, step.which)
}

/** Mostly a good virtual channel; seldom one whose terms are wrong. */
const virtualOf = ({ virtuals }: Scene, n: number, { flag }: Step) => pick(virtuals, flag === 7 ? 3 + (n % 3) : n % 3)

/** Both signatures, or what stands in their place. */
function bothSign({ a, b }: Scene, { twist }: Step, digest: Hex): readonly [Hex, Hex] {
  const [first, second] = twist === 2 ? [b, b] : twist === 3 ? [a, undefined] : [a, b]
  return [sign(first, digest), sign(second, digest)]
}

function requestOf(scene: Scene, { who, which, twist }: Step, ids: readonly Id[], now: bigint): SignedCloseRequest {
  const by = pick(crowd(scene), who + which)
  const signer = twist === 2 ? scene.stranger : by
  const deadline = now - BigInt(twist === 1 ? 1 : 0)
  return { by: by.address, deadline, signature: signer.sign(scene.stage.digests.closeRequest({ ids, deadline })) }
}

const deposit: Maker = (scene, step) => {
  const terms = channelOf(scene, step)
  const party = step.twist === 0 ? 2 : partyOf(step)
  // enough that a pool holds several locks
  const amount = step.twist === 1 && step.flag > 3 ? 1n << 127n : BigInt(5 * step.amount)
  const sender = senderOf(scene, step)
  const isNative = (terms.token === NATIVE_TOKEN) !== (step.twist === 3 && step.flag > 4)
  if (isNative) {
    const value = amount > 1n << 120n ? 1n : amount
    return { sender, call: { type: 'depositWithValue', terms, party, value } }
  }
  const channelId = scene.stage.digests.channelId(terms)
  const bound = step.twist === 2 ? partyOf(step) ^ 1 : party
  switch (step.flag % 4) {
    case 0:
      return { sender, call: { type: 'depositWithAllowance', terms, party, amount } }
    case 1:
      return {
        sender,
        call: { type: 'depositWithPermit', terms, party, amount, isTaken: step.twist !== 2 && step.flag > 2 },
      }
    case 2: {
      const salt = bytesToHex(scene.stage.crypto.keccak256(Uint8Array.of(step.which)))
      const signedNonce = authorizationNonce(scene.stage, channelId, bound, salt)
      const from = scene.a.address
      return {
        sender,
        call: { type: 'depositWithAuthorization', terms, party, from, value: amount, salt, signedNonce },
      }
    }
    default: {
      const signedWitness = depositWitness(scene.stage, channelId, bound)
      return {
        sender,
        call: { type: 'depositWithPermit2', terms, party, from: scene.b.address, amount, signedWitness },
      }
    }
  }
}

const withdraw: Maker = (scene, step, now) => {
  const terms = channelOf(scene, step)
  const channelId = scene.stage.digests.channelId(terms)
  const party = partyOf(step)
  const total = channelIn(scene.ledger, channelId).withdrawn[party] + BigInt(step.amount >> (step.flag % 4))
  const deadline = now - BigInt(step.twist === 1 ? 1 : 0)
  const signatures = bothSign(scene, step, scene.stage.digests.withdrawal({ channelId, party, total, deadline }))
  const call = { type: 'withdraw', terms, party, total, deadline, signatures, asCredit: asCreditOf(step) } as const
  return { sender: senderOf(scene, step), call }
}

const close: Maker = (scene, step, now) => {
  // seldom, so that channels live long enough for the rest
  if (step.who === 0 || step.wait > 12) return undefined
  const terms = channelOf(scene, step)
  const channelId = scene.stage.digests.channelId(terms)
  const from = partyOf(step)
  const amount = BigInt(step.amount % 200)
  const deadline = now + 1n - BigInt(step.twist === 1 ? 2 : 0)
  const signatures = bothSign(scene, step, scene.stage.digests.close({ channelId, from, amount, deadline }))
  const call = { type: 'close', terms, from, amount, deadline, signatures, asCredit: asCreditOf(step) } as const
  return { sender: senderOf(scene, step), call }
}

function voucherOf(scene: Scene, step: Step, terms: ChannelTerms, isFirst: boolean): SignedLaneVoucher {
  const { digests } = scene.stage
  const lane = partyOf(step)
  const channelId = digests.channelId(terms)
  const hasLocks = step.amount % 4 !== 1
  const voucher = {
    channelId,
    lane: (step.flag === 6 && step.twist === 1 ? 2 : lane) as LaneIndex,
    seq: channelIn(scene.ledger, channelId).lanes[lane].seq + BigInt(step.wait % 3) + (isFirst ? 1n : 0n),
    paid: BigInt(step.amount),
    locked: hasLocks ? scene.locked : 0n,
    locksRoot: hasLocks && step.amount % 16 !== 2 ? scene.locksRoot : ZERO_HASH,
  }
  const [payer, receiver] = lane === 0 ? sides(scene) : [scene.b, scene.a]
  const digest = digests.laneVoucher(voucher)
  const second = step.twist === 2 ? receiver : step.twist === 3 ? payer : undefined
  const receiverSignature = second?.sign(digest)
  const payerSignature = (step.twist === 0 ? receiver : payer).sign(digest)
  return { voucher, payerSignature, ...(receiverSignature !== undefined && { receiverSignature }) }
}

/** Mostly shown by whom it is good for, now and then by who pays it. */
function showerOf(scene: Scene, step: Step): Address {
  if (step.twist !== 4) return senderOf(scene, step)
  const party = (partyOf(step) + (step.which > 8 ? 0 : 1)) % 2
  return (step.flag % 2 === 0 ? pick(sides(scene), party) : pick(scene.accounts, party)).address
}

const startClose: Maker = (scene, step) => {
  const terms = channelOf(scene, step)
  const voucher = step.twist % 2 === 1 && step.flag < 4 ? {} : { voucher: voucherOf(scene, step, terms, true) }
  return { sender: showerOf(scene, step), call: { type: 'startClose', terms, ...voucher } }
}

const startCloseFor: Maker = (scene, step, now) => {
  const terms = channelOf(scene, step)
  const voucher = step.twist === 4 ? {} : { voucher: voucherOf(scene, step, terms, true) }
  const request = requestOf(scene, step, [scene.stage.digests.channelId(terms)], now)
  return { sender: senderOf(scene, step), call: { type: 'startCloseFor', terms, ...voucher, request } }
}

const updateLane: Maker = (scene, step) => {
  const terms = channelThatIs('closing', scene, step)
  if (terms === undefined) return undefined
  const voucher = voucherOf(scene, step, terms, false)
  return { sender: showerOf(scene, step), call: { type: 'updateLane', terms, voucher } }
}

const updateLanes: Maker = (scene, step) => {
  const terms = channelThatIs('closing', scene, step)
  if (terms === undefined) return undefined
  // both lanes, or twice the same
  const second = { ...step, which: step.flag % 2 === 0 ? step.which + 4 : step.which, twist: step.wait % 5 }
  const vouchers = [step, second].map((each) => voucherOf(scene, each, terms, false))
  return { sender: showerOf(scene, step), call: { type: 'updateLanes', terms, vouchers } }
}

const settle: Maker = (scene, step) => {
  const terms = channelThatIs('closing', scene, step)
  if (terms === undefined) return undefined
  const { lanes } = channelIn(scene.ledger, scene.stage.digests.channelId(terms))
  const lie = step.twist < 3 ? 1n : 0n
  const locksOf = (lane: LaneIndex) => ({ locked: lanes[lane].locked + lie, locksRoot: lanes[lane].locksRoot })
  const call = { type: 'settle', terms, locks: [locksOf(0), locksOf(1)], asCredit: asCreditOf(step) } as const
  return { sender: senderOf(scene, step), call }
}

function lockOf({ locks }: Scene, step: Step, n: number): LockProof {
  const lock = pick(locks, n)
  return step.twist === 0 ? { ...lock, amount: lock.amount + 1n } : lock
}

const unlock: Maker = (scene, step) => {
  const asCredit = asCreditOf(step)
  const found = laneWithPool(scene, step)
  if (found === undefined) return undefined
  const { terms, lane: good } = found
  const lane = step.twist === 1 && step.flag === 6 ? 2 : good
  const locked = scene.locked + (step.twist === 3 ? 1n : 0n)
  const item = lockOf(scene, step, step.wait)
  return { sender: senderOf(scene, step), call: { type: 'unlock', terms, lane, locked, item, asCredit } }
}

const unlockBatch: Maker = (scene, step) => {
  const asCredit = asCreditOf(step)
  const found = laneWithPool(scene, step)
  if (found === undefined) return undefined
  const { terms, lane } = found
  // slots come twice, and out of order
  const items = Array.from({ length: 1 + step.who }, (_, i) => lockOf(scene, step, step.wait + 2 * i))
  const call = { type: 'unlockBatch', terms, lane, locked: scene.locked, items, asCredit } as const
  return { sender: senderOf(scene, step), call }
}

/** The first four slots, or the last two, some of them by their leaves alone. */
function subtreeOf({ locks, leaves }: Scene, { wait, twist, amount }: Step): Subtree {
  const places = wait % 2 === 0 ? [0, 1, 2, 3] : [4, 5]
  const [first] = places.map((place) => pick(locks, place))
  if (first === undefined) throw new RangeError('a part has slots')
  const depth = Math.log2(places.length)
  const slots = places.map((place) => {
    const { id, amount: held } = pick(locks, place)
    const isGiven = pick(leaves, place).isOwn && ((amount >> place) & 3) !== 0
    return isGiven ? { amount: held, idOrLeaf: id } : { amount: 0n, idOrLeaf: pick(leaves, place).leaf }
  })
  const [head] = slots
  if (twist === 0 && head !== undefined) slots[0] = { ...head, amount: head.amount + 1n }
  return { first: first.slot + (twist === 1 ? 1 : 0), slots, proof: first.proof.slice(depth) }
}

const unlockSubtree: Maker = (scene, step) => {
  const asCredit = asCreditOf(step)
  const found = laneWithPool(scene, step)
  if (found === undefined) return undefined
  const { terms, lane: good } = found
  const lane = step.twist === 3 && step.flag === 6 ? 2 : good
  const call = {
    type: 'unlockSubtree',
    terms,
    lane,
    locked: scene.locked,
    subtree: subtreeOf(scene, step),
    asCredit,
  } as const
  return { sender: senderOf(scene, step), call }
}

const closeVirtual: Maker = (scene, step, now) => {
  const terms = virtualOf(scene, step.which, step)
  if (step.twist === 4) return { sender: senderOf(scene, step), call: { type: 'closeVirtual', terms } }
  const request = requestOf(scene, step, [scene.stage.digests.virtualId(terms)], now)
  return { sender: senderOf(scene, step), call: { type: 'closeVirtualFor', terms, request } }
}

const closeVirtuals: Maker = (scene, step, now) => {
  // seldom, as a window that began stays so
  if (step.wait > 10) return undefined
  const items = [step.which, step.which + 1].map((n) => pick(scene.virtuals, n))
  if (step.flag % 2 === 0) return { sender: senderOf(scene, step), call: { type: 'closeVirtuals', items } }
  const ids = items.map((terms) => scene.stage.digests.virtualId(terms))
  const request = requestOf(scene, step, ids, now)
  return { sender: senderOf(scene, step), call: { type: 'closeVirtualsFor', items, request } }
}

const closeVirtualsByLocks: Maker = (scene, step) => {
  const items = (step.flag < 4 ? [0, 1] : [1, 0]).map((n) => pick(scene.virtuals, n))
  const found = laneWithPool(scene, step)
  if (found === undefined) return undefined
  const { terms: channel, lane: good } = found
  const lane = step.twist === 3 && step.flag > 3 ? 2 : good
  const locked = scene.locked + (step.twist === 2 ? 1n : 0n)
  const subtree = subtreeOf(scene, step)
  return {
    sender: senderOf(scene, step),
    call: { type: 'closeVirtualsByLocks', items, channel, lane, locked, subtree },
  }
}

const noTicks = { tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }

/** Who pays a virtual channel, or somebody else in its place. */
function payerOf(scene: Scene, terms: VirtualTerms, step: Step): Signer {
  if (step.twist === 3) return scene.payee
  return crowd(scene).find(({ address }) => address === terms.path[0]) ?? scene.payee
}

function redemptionOf(scene: Scene, step: Step, terms: VirtualTerms, amount: bigint) {
  const { digests } = scene.stage
  const voucher = { virtualId: digests.virtualId(terms), amount, ...noTicks }
  return { terms, signed: { voucher, signature: payerOf(scene, terms, step).sign(digests.voucher(voucher)) } }
}

const redeem: Maker = (scene, step) => {
  const { crypto, digests } = scene.stage
  const terms = virtualOf(scene, step.which, step)
  const virtualId = digests.virtualId(terms)
  const tickCount = step.who
  const index = step.twist === 1 ? tickCount + 1 : step.twist % (tickCount + 1)
  const links = [hexToBytes(virtualId)]
  for (let i = 0; i < tickCount; i++) links.push(crypto.keccak256(links.at(-1) ?? Uint8Array.of()))
  const link = (n: number) => bytesToHex(links[n] ?? hexToBytes(ZERO_HASH))
  const preimage = step.twist === 2 ? ZERO_HASH : link(tickCount - index)
  const voucher = { virtualId, amount: BigInt(step.amount), tickAnchor: link(tickCount), tickValue: 7n, tickCount }
  const signature = payerOf(scene, terms, step).sign(digests.voucher(voucher))
  const signed = { voucher, signature, tick: { index, preimage } }
  return { sender: senderOf(scene, step), call: { type: 'redeem', terms, signed } }
}

const redeemBatch: Maker = (scene, step) => {
  const items = Array.from({ length: 1 + (step.flag % 3) }, (_, i) => {
    const terms =
      i === 1 && step.flag === 7
        ? pick(scene.virtuals, 3 + (step.which % 3))
        : pick(scene.virtuals, (step.which + i) % 3)
    return redemptionOf(scene, step, terms, BigInt(step.amount + 3 * i))
  })
  return { sender: senderOf(scene, step), call: { type: 'redeemBatch', items } }
}

const redeemGroup: Maker = (scene, step) => {
  // the first, the third and the last differ in payer and nonce alone
  const members = step.flag === 7 ? [3] : step.flag === 6 ? [0, 5, 2] : step.flag < 3 ? [2, 0] : [0, 2, 0]
  const items = members.map((n, i) => redemptionOf(scene, step, pick(scene.virtuals, n), BigInt(step.amount + i)))
  return { sender: senderOf(scene, step), call: { type: 'redeemGroup', items } }
}

/** Mostly a credit that there is. */
function creditOf({ ledger, accounts, stage }: Scene, { which, flag }: Step) {
  const places = accounts.flatMap((owner) => [NATIVE_TOKEN, stage.token].map((token) => ({ owner, token })))
  const owed = places.filter(({ owner, token }) => heldOf(ledger.credits, token, owner.address) > 0n)
  return pick(flag > 5 || owed.length === 0 ? places : owed, which)
}

const pushCredit: Maker = (scene, step) => {
  const { owner, token } = creditOf(scene, step)
  return { sender: senderOf(scene, step), call: { type: 'pushCredit', account: owner.address, token } }
}

/** Where a credit goes instead. */
const placeOf = ({ payee, stranger, accounts }: Scene, { wait }: Step): Address =>
  pick([payee, stranger, ...accounts], wait).address

const redirectCredit: Maker = (scene, step) => {
  const { owner, token } = creditOf(scene, step)
  const sender = step.twist === 0 ? senderOf(scene, step) : owner.address
  const amount = partOf(scene, owner.address, token, step)
  return { sender, call: { type: 'redirectCredit', token, to: placeOf(scene, step), amount } }
}

/** All of a credit or a part, now and then nothing or more than there is. */
function partOf({ ledger }: Scene, owner: Address, token: Address, { amount, flag }: Step): bigint {
  const credit = heldOf(ledger.credits, token, owner)
  return flag === 0 ? 0n : flag === 1 ? credit + 1n : flag < 5 ? credit : credit - credit / BigInt(2 + (amount % 5))
}

const redirectTypes = {
  CreditRedirect: [
    { name: 'account', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

const redirectCreditFor: Maker = (scene, step, now) => {
  const { chainId, contract } = scene.stage.digests.domain
  const { owner, token } = creditOf(scene, step)
  const message = {
    account: owner.address,
    token,
    to: placeOf(scene, step),
    amount: partOf(scene, owner.address, token, step),
    nonce: (scene.ledger.redirectNonces.get(owner.address) ?? 0n) + (step.twist === 0 ? 1n : 0n),
    deadline: now - (step.twist === 1 ? 1n : 0n),
  }
  const domain = { name: 'Sluice', version: '1', chainId, verifyingContract: contract }
  const digest = hashTypedData({ domain, types: redirectTypes, primaryType: 'CreditRedirect', message })
  const signature = (step.twist === 2 ? scene.stranger : owner).sign(digest)
  return {
    sender: senderOf(scene, step),
    call: { type: 'redirectCreditFor', redirect: { ...message, digest, signature } },
  }
}

const cancelRedirect: Maker = ({ ledger, accounts }, { which, twist }) => {
  const sender = pick(accounts, which).address
  const nonce = (ledger.redirectNonces.get(sender) ?? 0n) + (twist < 2 ? 1n : 0n)
  return { sender, call: { type: 'cancelRedirect', nonce } }
}

const makers = {
  deposit,
  withdraw,
  close,
  startClose,
  startCloseFor,
  updateLane,
  updateLanes,
  settle,
  unlock,
  unlockBatch,
  unlockSubtree,
  closeVirtual,
  closeVirtuals,
  closeVirtualsByLocks,
  redeem,
  redeemBatch,
  redeemGroup,
  pushCredit,
  redirectCredit,
  redirectCreditFor,
  cancelRedirect,
}

type Kind = keyof typeof makers | 'refuse'

/** What a step can be; repeated ones come more often. `refuse`: an account refuses money from then on, or takes it again. */
export const kinds: readonly Kind[] = [
  ...Array<Kind>(5).fill('deposit'),
  ...Array<Kind>(2).fill('withdraw'),
  'close',
  'startClose',
  'startCloseFor',
  ...Array<Kind>(4).fill('updateLane'),
  ...Array<Kind>(3).fill('updateLanes'),
  ...Array<Kind>(3).fill('settle'),
  ...Array<Kind>(3).fill('unlock'),
  ...Array<Kind>(3).fill('unlockBatch'),
  ...Array<Kind>(3).fill('unlockSubtree'),
  'closeVirtual',
  'closeVirtuals',
  ...Array<Kind>(2).fill('closeVirtualsByLocks'),
  ...Array<Kind>(2).fill('redeem'),
  'redeemBatch',
  'redeemGroup',
  'pushCredit',
  'redirectCredit',
  'redirectCreditFor',
  'cancelRedirect',
  'refuse',
]

/** The call that a step makes, if it makes one. */
export function callOf(scene: Scene, step: Step, now: bigint): Made | undefined {
  return step.kind === 'refuse' ? undefined : makers[step.kind](scene, step, now)
}
