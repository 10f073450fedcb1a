// Turns random numbers into calls that mostly make sense.

import type { CloseRequest, LockProof, SignedLaneVoucher } from '@sluice/engine'
import {
  authorizationNonce,
  type ByLock,
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
const channelOf = ({ channels }: Scene, { which, flag }: Step) => pick(channels, flag === 7 ? 3 : which % 3)
/** Mostly a channel for which the call makes sense, if there is one. */
function channelThatIs(status: ModelChannel['status'], scene: Scene, step: Step): ChannelTerms {
  const { ledger, stage, channels } = scene
  const fitting = channels.filter((terms) => channelIn(ledger, stage.digests.channelId(terms)).status === status)
  return step.flag > 5 || fitting.length === 0 ? channelOf(scene, step) : pick(fitting, step.which)
}

/** Mostly a good virtual channel; seldom one whose path is too short. */
const virtualOf = ({ virtuals }: Scene, n: number, { flag }: Step) => pick(virtuals, flag === 7 ? 3 : n % 3)

/** Both signatures, or what stands in their place. */
function bothSign({ a, b }: Scene, { twist }: Step, digest: Hex): readonly [Hex, Hex] {
  const [first, second] = twist === 2 ? [b, b] : twist === 3 ? [a, undefined] : [a, b]
  return [sign(first, digest), sign(second, digest)]
}

function requestOf(scene: Scene, { who, which, twist }: Step, id: Id): CloseRequest {
  const by = pick(crowd(scene), who + which)
  const signer = twist === 2 ? scene.stranger : by
  return { by: by.address, signature: signer.sign(scene.stage.digests.closeRequest(id)) }
}

const deposit: Maker = (scene, step) => {
  const terms = channelOf(scene, step)
  const party = step.twist === 0 ? 2 : partyOf(step)
  const amount = step.twist === 1 && step.flag > 3 ? 1n << 127n : BigInt(step.amount)
  const sender = senderOf(scene, step)
  const isNative = (terms.token === NATIVE_TOKEN) !== (step.twist === 3 && step.flag > 5)
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

const startCloseFor: Maker = (scene, step) => {
  const terms = channelOf(scene, step)
  const voucher = step.twist === 4 ? {} : { voucher: voucherOf(scene, step, terms, true) }
  const request = requestOf(scene, step, scene.stage.digests.channelId(terms))
  return { sender: senderOf(scene, step), call: { type: 'startCloseFor', terms, ...voucher, request } }
}

const updateLane: Maker = (scene, step) => {
  const terms = channelThatIs('closing', scene, step)
  const voucher = voucherOf(scene, step, terms, false)
  return { sender: showerOf(scene, step), call: { type: 'updateLane', terms, voucher } }
}

const settle: Maker = (scene, step) => {
  const terms = channelThatIs('closing', scene, step)
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
  const [terms, asCredit] = [channelThatIs('settled', scene, step), asCreditOf(step)]
  const lane = step.twist === 1 && step.flag === 6 ? 2 : partyOf(step)
  const locked = scene.locked + (step.twist === 3 ? 1n : 0n)
  const item = lockOf(scene, step, step.wait)
  return { sender: senderOf(scene, step), call: { type: 'unlock', terms, lane, locked, item, asCredit } }
}

const unlockBatch: Maker = (scene, step) => {
  const [terms, asCredit] = [channelThatIs('settled', scene, step), asCreditOf(step)]
  // slots come twice, and out of order
  const items = Array.from({ length: 1 + step.who }, (_, i) => lockOf(scene, step, step.wait + 2 * i))
  const call = { type: 'unlockBatch', terms, lane: partyOf(step), locked: scene.locked, items, asCredit } as const
  return { sender: senderOf(scene, step), call }
}

const closeVirtual: Maker = (scene, step) => {
  const terms = virtualOf(scene, step.which, step)
  if (step.twist === 4) return { sender: senderOf(scene, step), call: { type: 'closeVirtual', terms } }
  const request = requestOf(scene, step, scene.stage.digests.virtualId(terms))
  return { sender: senderOf(scene, step), call: { type: 'closeVirtualFor', terms, request } }
}

const closeVirtualByLock: Maker = (scene, step) => {
  const terms = virtualOf(scene, step.twist === 0 ? step.who : partyOf(step), step)
  const { slot, amount, proof } = pick(scene.locks, step.twist === 0 ? step.who : partyOf(step))
  const lock: ByLock = {
    channel: channelThatIs('settled', scene, step),
    lane: step.twist === 1 && step.flag > 3 ? 2 : partyOf(step),
    locked: scene.locked + (step.twist === 2 ? 1n : 0n),
    slot,
    amount,
    proof: step.twist === 3 && step.flag > 3 ? Array.from({ length: 33 }, () => ZERO_HASH) : proof,
  }
  if (step.flag % 2 === 0) {
    const sender = step.wait < 4 ? senderOf(scene, step) : pick(scene.accounts, step.wait).address
    return { sender, call: { type: 'closeVirtualByLock', terms, lock } }
  }
  const request = requestOf(scene, step, scene.stage.digests.virtualId(terms))
  return { sender: senderOf(scene, step), call: { type: 'closeVirtualByLockFor', terms, lock, request } }
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
    const terms = i === 1 && step.flag === 7 ? pick(scene.virtuals, 3) : pick(scene.virtuals, (step.which + i) % 3)
    return redemptionOf(scene, step, terms, BigInt(step.amount + 3 * i))
  })
  return { sender: senderOf(scene, step), call: { type: 'redeemBatch', items } }
}

const redeemGroup: Maker = (scene, step) => {
  // the first and the third differ in payer and nonce alone
  const members = step.flag === 7 ? [3] : step.flag < 3 ? [2, 0] : [0, 2, 0]
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
  return { sender, call: { type: 'redirectCredit', token, to: placeOf(scene, step) } }
}

const redirectTypes = {
  CreditRedirect: [
    { name: 'account', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'to', type: 'address' },
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

const makers = {
  deposit,
  withdraw,
  close,
  startClose,
  startCloseFor,
  updateLane,
  settle,
  unlock,
  unlockBatch,
  closeVirtual,
  closeVirtualByLock,
  redeem,
  redeemBatch,
  redeemGroup,
  pushCredit,
  redirectCredit,
  redirectCreditFor,
}

type Kind = keyof typeof makers | 'refuse'

/** What a step can be; repeated ones come more often. `refuse`: an account refuses money from then on, or takes it again. */
export const kinds: readonly Kind[] = [
  ...Array<Kind>(4).fill('deposit'),
  ...Array<Kind>(2).fill('withdraw'),
  'close',
  'startClose',
  'startCloseFor',
  ...Array<Kind>(3).fill('updateLane'),
  ...Array<Kind>(3).fill('settle'),
  ...Array<Kind>(3).fill('unlock'),
  ...Array<Kind>(3).fill('unlockBatch'),
  'closeVirtual',
  ...Array<Kind>(2).fill('closeVirtualByLock'),
  ...Array<Kind>(2).fill('redeem'),
  'redeemBatch',
  'redeemGroup',
  'pushCredit',
  'redirectCredit',
  'redirectCreditFor',
  'refuse',
]

/** The call that a step makes, if it makes one. */
export function callOf(scene: Scene, step: Step, now: bigint): Made | undefined {
  return step.kind === 'refuse' ? undefined : makers[step.kind](scene, step, now)
}
