// The cast of one play, with channels and virtual channels of its own.

import type { LockProof } from '@sluice/engine'
import { addTo, copyLedger, emptyLedger, holdingKey, type Ledger } from '@sluice/engine/testing'
import {
  type Address,
  asciiToBytes,
  bytesToHex,
  type ChannelTerms,
  emptyLocks,
  type Hex,
  hashLock,
  type LockTree,
  lockProof,
  locksRoot,
  NATIVE_TOKEN,
  type Signer,
  setLock,
  type VirtualTerms,
} from '@sluice/protocol'
import type { Stage } from './stage.ts'
import { resolverCode } from './surroundings.ts'

/** Seconds of a channel's window. */
const WINDOW = 150
/** Long, so that much of what is asked of a virtual channel finds it undecided. */
const VIRTUAL_WINDOW = 500
const CAPACITY = 1000n
const ANSWER = 200
/** Slots of the tree that every voucher with locks holds: two beyond what a lane's word has room for. */
const SLOTS = [0, 1, 2, 3, 200, 201] as const

/** A nonce of long ago, or of a minute that is far ahead of any block. */
const nonceOf = (isAhead: boolean, random: number): bigint => (isAhead ? 0xffffffffn << 32n : 0n) | BigInt(random)

/** What a play is played with. */
export interface Scene {
  readonly stage: Stage
  readonly a: Signer
  readonly b: Signer
  readonly payee: Signer
  readonly stranger: Signer
  /** Accounts of a and b, of nobody's before. */
  readonly accounts: readonly [Signer, Signer]
  /** Two native ones and one in the token; one with signers in the wrong order, one with one account, one with a window of zero, one of a far minute. */
  readonly channels: readonly ChannelTerms[]
  /** Through b, through a, through b by another payer; one whose path is too short, one with a window of zero, one of a far minute. */
  readonly virtuals: readonly VirtualTerms[]
  readonly locks: readonly LockProof[]
  /** Their leaves, and whether a virtual channel decides them. */
  readonly leaves: readonly { readonly leaf: Hex; readonly isOwn: boolean }[]
  readonly locked: bigint
  readonly locksRoot: Hex
  ledger: Ledger
}

/** Sets a play up. */
export async function makeScene(stage: Stage, salt: number): Promise<Scene> {
  const { crypto, digests, contract, token } = stage
  const [a, b, payee, stranger] = stage.people
  if (!a || !b || !payee || !stranger) throw new RangeError('too few people')
  const keyed = (name: string) => crypto.signer(crypto.keccak256(asciiToBytes(`${name} ${salt}`)))
  const accounts = [keyed('account a'), keyed('account b')] as const
  const [partyA, partyB] = [
    { account: accounts[0].address, signer: a.address },
    { account: accounts[1].address, signer: b.address },
  ]
  const channel = (n: number, of: Address): ChannelTerms => ({
    a: n === 3 ? partyB : partyA,
    b: n === 3 ? partyA : n === 4 ? { ...partyB, account: partyA.account } : partyB,
    token: of,
    disputeWindow: n === 5 ? 0 : WINDOW,
    nonce: nonceOf(n === 6, salt * 100 + n),
  })
  const virtual = (n: number, path: readonly Address[]): VirtualTerms => ({
    path,
    token: NATIVE_TOKEN,
    capacity: CAPACITY,
    disputeWindow: n === 4 ? 0 : VIRTUAL_WINDOW,
    nonce: nonceOf(n === 5, salt * 100 + n),
  })
  const virtuals = [
    virtual(0, [a.address, b.address, payee.address]),
    virtual(1, [b.address, a.address, payee.address]),
    virtual(2, [stranger.address, b.address, payee.address]),
    virtual(3, [a.address]),
    virtual(4, [a.address, b.address, payee.address]),
    virtual(5, [a.address, b.address, payee.address]),
  ]
  const ids = virtuals.map((terms) => digests.virtualId(terms))
  const [resolver, mute] = [keyed('resolver').address, keyed('mute resolver').address]
  await stage.putCode(resolver, resolverCode(ANSWER))
  const told = ({ slot, id = 0, by = contract, side = 0, amount = CAPACITY }: Told) => ({
    slot,
    amount,
    resolver: by,
    id: ids[id] ?? '0x',
    side,
  })
  const bare = [
    told({ slot: SLOTS[0] }),
    told({ slot: SLOTS[1], id: 1 }),
    told({ slot: SLOTS[2], by: resolver, side: 7, amount: 300n }),
    told({ slot: SLOTS[3], by: mute, amount: 5n }),
    told({ slot: SLOTS[4], amount: 400n }),
    told({ slot: SLOTS[5], side: 1, amount: 6n }),
  ]
  const conditionOf = (lock: (typeof bare)[number]) => digests.condition(lock.resolver, lock.id, lock.side)
  const leaves = bare.map((lock) => ({
    leaf: bytesToHex(hashLock(crypto.keccak256, lock.slot, { amount: lock.amount, condition: conditionOf(lock) })),
    isOwn: lock.resolver === contract && lock.side === 0,
  }))
  const tree = bare.reduce(
    (before: LockTree, lock) =>
      setLock(crypto.keccak256, before, lock.slot, { amount: lock.amount, condition: conditionOf(lock) }),
    emptyLocks,
  )
  const ledger = emptyLedger()
  const holders = [a, b, payee, stranger, ...accounts].map(({ address }) => address)
  for (const of of [NATIVE_TOKEN, token]) {
    for (const holder of [...holders, contract]) addTo(ledger.balances, of, holder, await stage.balance(of, holder))
  }
  for (const holder of holders) ledger.allowances.set(holdingKey(token, holder), await stage.allowance(holder))
  for (const lock of bare) if (lock.resolver === resolver) ledger.answers.set(conditionOf(lock), BigInt(ANSWER))
  return {
    stage,
    a,
    b,
    payee,
    stranger,
    accounts,
    channels: [0, 1, 2, 3, 4, 5, 6].map((n) => channel(n, n === 2 ? token : NATIVE_TOKEN)),
    virtuals,
    locks: bare.map((lock) => ({ ...lock, proof: lockProof(tree, lock.slot) })),
    leaves,
    locked: bare.reduce((sum, { amount }) => sum + amount, 0n),
    locksRoot: locksRoot(tree),
    ledger: copyLedger(ledger),
  }
}

interface Told {
  readonly slot: number
  readonly id?: number
  readonly by?: Address
  readonly side?: number
  readonly amount?: bigint
}
