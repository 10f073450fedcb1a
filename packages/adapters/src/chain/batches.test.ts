import type { ChainCall, SignedLaneVoucher } from '@sluice/engine'
import { callBytes, callGas } from '@sluice/engine/testing'
import {
  bytesToHex,
  type Hex,
  type LockTree,
  lockEntries,
  lockSubtree,
  locksFrom,
  locksRoot,
  type SignedVoucher,
  type VirtualTerms,
  ZERO_HASH,
} from '@sluice/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { developmentSigner, type LocalChain, startLocalChain } from '../local-chain/index.ts'
import { encodeCall } from './calls.ts'
import { ChainRecorder } from './testing/recorder.ts'
import { createTwoParties, execute, newNonce, type TwoParties } from './testing/two-parties.ts'

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((found) => bytesToHex(found))
const [anyAddress, anyHash] = [hex(20), hex(32)]
const anySignature = hex(64).map((found): Hex => `${found}1b`)
const anyUint128 = fc.bigInt(0n, 2n ** 128n - 1n)
const anyUint32 = fc.nat()
const anyNonce = fc.bigInt(0n, 2n ** 64n - 1n)
const anyParty = fc.record({ account: anyAddress, signer: anyAddress })
const anyChannelTerms = fc.record({
  a: anyParty,
  b: anyParty,
  token: anyAddress,
  disputeWindow: anyUint32,
  nonce: anyNonce,
})
const anyVirtualTerms = fc.record({
  path: fc.array(anyAddress, { minLength: 2, maxLength: 6 }),
  token: anyAddress,
  capacity: anyUint128,
  disputeWindow: anyUint32,
  nonce: anyNonce,
})
const anySignedVoucher = fc.record({
  voucher: fc.record({
    virtualId: anyHash,
    amount: anyUint128,
    tickAnchor: anyHash,
    tickValue: anyUint128,
    tickCount: anyUint32,
  }),
  signature: anySignature,
})
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 5 })
const request = fc.record({ by: anyAddress, deadline: fc.bigInt(0n, 2n ** 63n), signature: anySignature })
const subtree = fc.record({
  first: fc.nat(1000),
  slots: some(fc.record({ amount: anyUint128, idOrLeaf: anyHash })),
  proof: fc.array(anyHash, { maxLength: 10 }),
})
const lane = fc.constantFrom(0 as const, 1 as const)
const redemption = fc.record({ terms: anyVirtualTerms, signed: anySignedVoucher })
const ofType = <T extends string, R extends object>(type: T, rest: fc.Arbitrary<R>) =>
  rest.map((value) => ({ type, ...value }))
const lock = fc.record({
  slot: fc.nat(1000),
  amount: anyUint128,
  resolver: anyAddress,
  id: anyHash,
  side: fc.nat(255),
  proof: fc.array(anyHash, { maxLength: 10 }),
})
/** Whoever is a member, as no arbitrary path is. */
const stranger = `0x${'99'.repeat(20)}` as const

const anyBatch: fc.Arbitrary<ChainCall> = fc.oneof(
  ofType('closeVirtual', fc.record({ terms: anyVirtualTerms, request })),
  ofType('closeVirtuals', fc.record({ items: some(anyVirtualTerms), request })),
  ofType(
    'closeVirtualsByLocks',
    fc.record({ items: some(anyVirtualTerms), channel: anyChannelTerms, lane, locked: anyUint128, subtree }),
  ),
  ofType('redeem', redemption),
  ofType('redeemBatch', fc.record({ items: some(redemption) })),
  ofType('unlock', fc.record({ terms: anyChannelTerms, lane, locked: anyUint128, locks: some(lock) })),
  ofType('unlockSubtree', fc.record({ terms: anyChannelTerms, lane, locked: anyUint128, subtree })),
)

describe('the length of a call', () => {
  it('is known before it is encoded', () => {
    fc.assert(
      fc.property(anyBatch, (call) => {
        expect(encodeCall(call, stranger).data.length).toBe(2 + 2 * callBytes(call))
      }),
    )
  })

  it('is known of a group, too', () => {
    fc.assert(
      fc.property(anyVirtualTerms, some(anyUint128), anySignature, (terms, amounts, signature) => {
        const none = { tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
        const items = amounts.map((amount) => ({
          terms,
          signed: { voucher: { virtualId: ZERO_HASH, amount, ...none }, signature },
        }))
        const call: ChainCall = { type: 'redeemGroup', items }
        expect(encodeCall(call, stranger).data.length).toBe(2 + 2 * callBytes(call))
      }),
    )
  })
})

describe('calls that do many things at once', () => {
  let local: LocalChain
  let parties: TwoParties

  beforeEach(async () => {
    local = await startLocalChain()
    parties = await createTwoParties(local)
  })
  afterEach(() => local.stop())

  const newVirtual = (): VirtualTerms => ({
    path: [parties.a.signer.address, parties.b.signer.address],
    token: parties.terms.token,
    capacity: 10n,
    disputeWindow: 60,
    nonce: newNonce(),
  })
  const idOf = (terms: VirtualTerms) => parties.digests.virtualId(terms)

  function voucherOf(terms: VirtualTerms, amount: bigint): SignedVoucher {
    const voucher = { virtualId: idOf(terms), amount, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
    return { voucher, signature: parties.a.signer.sign(parties.digests.voucher(voucher)) }
  }

  function treeOf(virtuals: readonly VirtualTerms[]): LockTree {
    const { crypto, digests } = parties
    const locks = virtuals.map(
      (terms, slot) => [slot, { amount: 10n, condition: digests.virtualCondition(idOf(terms)) }] as const,
    )
    return locksFrom(crypto.keccak256, locks)
  }

  /** Of a lane that both signed. */
  function shown(index: 0 | 1, paid: bigint, tree: LockTree): SignedLaneVoucher {
    const { a, b, digests, channelId } = parties
    const locked = [...lockEntries(tree)].reduce((sum, [, { amount }]) => sum + amount, 0n)
    const voucher = { channelId, lane: index, seq: 1n, paid, locked, locksRoot: locksRoot(tree) }
    const [payer, receiver] = index === 0 ? [a, b] : [b, a]
    const sign = ({ signer }: TwoParties['a']) => signer.sign(digests.laneVoucher(voucher))
    return { voucher, payerSignature: sign(payer), receiverSignature: sign(receiver) }
  }

  /** Sends the call and checks that the gas that it is taken to need is enough, and not far off. */
  async function make(side: TwoParties['a'], call: ChainCall): Promise<void> {
    const prepared = await side.chain.prepare(call)
    await side.chain.broadcast(prepared)
    await local.mine()
    const receipt = (await local.rpc('eth_getTransactionReceipt', prepared.hash)) as { status: string; gasUsed: string }
    expect(receipt.status, call.type).toBe('0x1')
    const used = Number(receipt.gasUsed)
    expect(callGas(call), call.type).toBeGreaterThan(used)
    expect(callGas(call), call.type).toBeLessThan(1.7 * used)
  }

  it('do them on a real chain, for the gas that is expected', async () => {
    const { a, b, terms, digests } = parties
    const told = new ChainRecorder()
    await a.chain.start(undefined, told)
    const virtuals = Array.from({ length: 24 }, newVirtual)
    const tree = treeOf(virtuals)
    await execute(local, a.chain, { type: 'deposit', terms, party: 0, amount: 1_000n })
    await execute(local, b.chain, { type: 'deposit', terms, party: 1, amount: 1_000n })
    await make(a, { type: 'startClose', terms })
    const both = [shown(0, 100n, tree), shown(1, 50n, treeOf([]))]
    await make(b, { type: 'updateLanes', terms, vouchers: both })
    const begins = (from: number, to: number) => virtuals.slice(from, to)
    const deadline = 4_000_000_000n
    const request = (items: readonly VirtualTerms[]) => ({
      by: a.signer.address,
      deadline,
      signature: a.signer.sign(digests.closeRequest({ ids: items.map(idOf), deadline })),
    })
    const relay = { signer: developmentSigner(parties.crypto, 5), chain: b.chain }
    relay.chain = await parties.open(relay.signer)
    for (const [side, items] of [
      [a, begins(0, 6)],
      [relay, begins(6, 12)],
    ] as const) {
      await make(side, { type: 'closeVirtuals', items, request: request(items) })
    }
    const paid = (from: number, to: number) =>
      begins(from, to).map((one, i) => ({ terms: one, signed: voucherOf(one, BigInt(i + 1)) }))
    await make(b, { type: 'redeemGroup', items: paid(0, 6) })
    await make(b, { type: 'redeemBatch', items: paid(6, 12) })
    await local.rpc('evm_increaseTime', 61)
    const locks = { locked: 240n, locksRoot: locksRoot(tree) }
    await make(a, { type: 'settle', terms, locks: [locks, { locked: 0n, locksRoot: ZERO_HASH }] })
    const part = (first: number, depth: number, kept: (slot: number) => boolean) => {
      const { leaves, proof } = lockSubtree(tree, first, depth)
      const slots = leaves.map((leaf, i) => {
        const one = kept(first + i) ? virtuals[first + i] : undefined
        return one === undefined ? { amount: 0n, idOrLeaf: leaf } : { amount: 10n, idOrLeaf: idOf(one) }
      })
      return { first, slots, proof }
    }
    const byLocks = { channel: terms, lane: 0, locked: 240n } as const
    await make(relay, {
      type: 'closeVirtualsByLocks',
      ...byLocks,
      items: begins(12, 24),
      subtree: part(0, 5, (slot) => slot >= 12),
    })
    await local.rpc('evm_increaseTime', 61)
    await make(b, { type: 'unlockSubtree', terms, lane: 0, locked: 240n, subtree: part(0, 4, (slot) => slot < 10) })
    await told.until(() => told.events.filter(({ type }) => type === 'unlocked').length === 10)
    const redeemed = told.events.flatMap((event) => (event.type === 'unlocked' ? [event.toReceiver] : []))
    expect(redeemed).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 1n, 2n, 3n, 4n])
    const started = new Set(told.events.flatMap((event) => (event.type === 'virtualUpdated' ? [event.virtualId] : [])))
    expect(started.size).toBe(24)
    await Promise.all([relay.chain.stop(), b.chain.stop(), a.chain.stop()])
  })
})
