// The scenes whose gas is measured: each plays from a fresh channel and returns what the named work cost.

import type { Address, Hex } from 'viem'
import { groupRedemptions } from '../../src-ts/redemptions.ts'
import { noVoucher } from '../tools/nothing.ts'
import { leafOf, levelsOf, proofOf, rootOf } from './tree.ts'
import { type Compact, type Cost, conditionOf, native, type World, zeroWord } from './world.ts'

const WINDOW = 86_400
const FAR = 4_000_000_000n
const UNIT = 10n ** 15n
const noLocks = { locked: 0n, locksRoot: zeroWord }
type Terms = ReturnType<typeof termsOf>

function termsOf(world: World, token: Address) {
  const side = (account: { address: Address }) => ({ account: account.address, signer: account.address })
  return { a: side(world.a), b: side(world.b), token, disputeWindow: WINDOW, nonce: world.nextNonce() }
}

function sum(...costs: Cost[]): Cost {
  return {
    gas: costs.reduce((all, cost) => all + cost.gas, 0),
    storageWrites: costs.reduce((all, cost) => all + cost.storageWrites, 0),
  }
}

const each = (cost: Cost, count: number): Cost => ({
  gas: Math.ceil(cost.gas / count),
  storageWrites: Math.ceil((100 * cost.storageWrites) / count) / 100,
})

async function depositNative(world: World, terms: Terms, party: 0 | 1, amount: bigint): Promise<Cost> {
  return world.call(party === 0 ? world.a : world.b, 'depositWithValue', [terms, party], amount)
}

async function depositToken(world: World, terms: Terms, party: 0 | 1, amount: bigint): Promise<Cost> {
  return world.call(party === 0 ? world.a : world.b, 'depositWithAllowance', [terms, party, amount])
}

/** A voucher of lane 0 with its payer's signature, or of lane 1 with both. */
async function laneVoucher(
  world: World,
  terms: Terms,
  seq: bigint,
  paid: bigint,
  locked = 0n,
  locksRoot = zeroWord,
  lane: 0 | 1 = 0,
) {
  const channelId = await world.read('channelId', [terms])
  const message = { channelId, lane, seq, paid, locked, locksRoot }
  const payerSignature = await world.sign(lane === 0 ? world.a : world.b, 'LaneVoucher', message)
  const shown = { ...noVoucher, lane, seq, paid, locked, locksRoot, payerSignature }
  return lane === 0 ? shown : { ...shown, receiverSignature: await world.sign(world.a, 'LaneVoucher', message) }
}

async function close(world: World, terms: Terms): Promise<Cost> {
  const channelId = await world.read('channelId', [terms])
  const message = { channelId, from: 0, amount: 3n * UNIT, deadline: FAR }
  const signatures: Compact[] = [
    await world.sign(world.a, 'Close', message),
    await world.sign(world.b, 'Close', message),
  ]
  return world.call(world.b, 'close', [terms, 0, 3n * UNIT, FAR, ...signatures, 0])
}

async function nativeDeposits(world: World): Promise<[Cost, Cost, Terms]> {
  const terms = termsOf(world, native)
  const first = await depositNative(world, terms, 0, 10n * UNIT)
  const second = await depositNative(world, terms, 1, 10n * UNIT)
  return [first, second, terms]
}

async function tokenDeposits(world: World): Promise<[Cost, Cost, Terms]> {
  const terms = termsOf(world, world.token)
  await world.tokenCall(world.a, 'transfer', [world.b.address, 1000n * UNIT])
  for (const party of [world.a, world.b]) {
    await world.tokenCall(party, 'approve', [world.sluice, 2n ** 255n])
  }
  const first = await depositToken(world, terms, 0, 10n * UNIT)
  const second = await depositToken(world, terms, 1, 10n * UNIT)
  return [first, second, terms]
}

/** b closes a channel alone with a's newest voucher, and is paid after the window. */
async function exitDirect(world: World): Promise<Cost> {
  const [, , terms] = await nativeDeposits(world)
  const start = await world.call(world.b, 'startClose', [terms, await laneVoucher(world, terms, 9n, 3n * UNIT)])
  await world.skip(WINDOW)
  const settle = await world.call(world.b, 'settle', [terms, noLocks, noLocks, 0])
  return sum(start, settle)
}

/** a begins a close with nothing shown: what it costs to make the other side answer. */
async function start(world: World): Promise<Cost> {
  const [, , terms] = await nativeDeposits(world)
  return world.call(world.a, 'startClose', [terms, noVoucher])
}

/** a began a close with nothing shown; b shows the newest voucher of each lane in one call. */
async function answerBoth(world: World, ...locks: [locked?: bigint, locksRoot?: Hex]): Promise<Cost> {
  const [, , terms] = await nativeDeposits(world)
  const received = await laneVoucher(world, terms, 9n, 3n * UNIT, ...locks)
  const own = await laneVoucher(world, terms, 4n, UNIT, locks[0] ?? 0n, locks[1] ?? zeroWord, 1)
  await world.call(world.a, 'startClose', [terms, noVoucher])
  return world.call(world.b, 'updateLanes', [terms, [received, own]])
}

/** a began a close with nothing shown; b answers with a's newest voucher. */
async function answer(world: World): Promise<Cost> {
  const [, , terms] = await nativeDeposits(world)
  await world.call(world.a, 'startClose', [terms, noVoucher])
  return world.call(world.b, 'updateLane', [terms, await laneVoucher(world, terms, 9n, 3n * UNIT)])
}

function virtualTerms(world: World, payer: Address, hub: Address) {
  return {
    path: [payer, hub, world.b.address],
    token: native,
    capacity: 5n * UNIT,
    disputeWindow: WINDOW,
    nonce: world.nextNonce(),
  }
}

function signedVoucher(amount: bigint, signature: Compact) {
  return { amount, tickAnchor: zeroWord, tickValue: 0n, tickCount: 0, ticks: 0, preimage: zeroWord, signature }
}

/** b, the payee of a virtual channel over the hub a, gets its money with nobody's help. */
async function exitVirtual(world: World): Promise<Cost> {
  const [, , terms] = await nativeDeposits(world)
  const payer = world.stranger()
  const v = virtualTerms(world, payer.address, world.a.address)
  const virtualId = (await world.read('virtualId', [v])) as Hex
  const locked = v.capacity
  const locksRoot = leafOf(0, locked, conditionOf(world.sluice, virtualId))
  const voucher = await laneVoucher(world, terms, 9n, 3n * UNIT, locked, locksRoot)
  const start = await world.call(world.b, 'startClose', [terms, voucher])
  const signature = await world.sign(payer, 'Voucher', {
    virtualId,
    amount: 2n * UNIT,
    tickAnchor: zeroWord,
    tickValue: 0n,
    tickCount: 0,
  })
  const redeem = await world.call(world.b, 'redeem', [v, signedVoucher(2n * UNIT, signature)])
  await world.skip(WINDOW)
  const settle = await world.call(world.b, 'settle', [terms, { locked, locksRoot }, noLocks, 0])
  const item = { index: 0, amount: locked, resolver: world.sluice, id: virtualId, side: 0, proof: [] }
  const unlock = await world.call(world.b, 'unlock', [terms, 0, locked, item, 0])
  return sum(start, redeem, settle, unlock)
}

/** Vouchers of a hundred payers for b over one hub. */
async function vouchersOf100(world: World) {
  const items = []
  for (let n = 0; n < 100; n++) {
    const payer = world.stranger()
    const terms = virtualTerms(world, payer.address, world.a.address)
    const virtualId = await world.read('virtualId', [terms])
    const amount = UNIT + BigInt(n)
    const message = { virtualId, amount, tickAnchor: zeroWord, tickValue: 0n, tickCount: 0 }
    items.push({ terms, voucher: signedVoucher(amount, await world.sign(payer, 'Voucher', message)) })
  }
  return items
}

/** b redeems a hundred virtual channels in one batch, as they share the path from the hub on. */
async function redeemEachOf100(world: World): Promise<Cost> {
  const items = await vouchersOf100(world)
  const calls = groupRedemptions(items)
  const [call] = calls
  if (call?.items.length !== 100) throw new Error('a hundred virtual channels over one hub are one group')
  return each(await world.call(world.b, 'redeemGroup', [call.group, call.items]), 100)
}

/** The same by the call that takes any virtual channels together. */
async function redeemAnyEachOf100(world: World): Promise<Cost> {
  return each(await world.call(world.b, 'redeemBatch', [await vouchersOf100(world)]), 100)
}

/** b starts the windows of a hundred virtual channels in one call. */
async function closeVirtualsEachOf100(world: World): Promise<Cost> {
  const items = Array.from({ length: 100 }, () => virtualTerms(world, world.stranger().address, world.a.address))
  return each(await world.call(world.b, 'closeVirtuals', [items]), 100)
}

/** a, who paid a hundred locks and settled, starts their windows by one proof for all of them. */
async function closeByLocksEachOf100(world: World): Promise<Cost> {
  const { terms, items, locked, subtree } = await manyLocks(world, 100, false)
  return each(await world.call(world.a, 'closeVirtualsByLocks', [items, terms, 0, locked, subtree]), 100)
}

/** A lane with a thousand locks: what settling it costs, and what each unlock adds, by proofs of their own or by one for all. */
async function thousandLocks(world: World): Promise<{ settle: Cost; unlockEach: Cost; subtreeEach: Cost }> {
  const { terms, settle, locked, subtree, proofs } = await manyLocks(world, 1000, true)
  const before = await world.snapshot()
  const batch = await world.call(world.b, 'unlockBatch', [terms, 0, locked, proofs, 0])
  await world.revert(before)
  const whole = await world.call(world.b, 'unlockSubtree', [terms, 0, locked, subtree, 0])
  return { settle, unlockEach: each(batch, 1000), subtreeEach: each(whole, 1000) }
}

/** A settled channel whose lane 0 holds so many locks; with their windows over if they are to be unlocked. */
async function manyLocks(world: World, count: number, areFinal: boolean) {
  const [, , terms] = await nativeDeposits(world)
  const amount = UNIT / 1000n
  const locks: { virtualId: Hex; leaf: Hex }[] = []
  const virtuals: ReturnType<typeof virtualTerms>[] = []
  for (let index = 0; index < count; index++) {
    const v = { ...virtualTerms(world, world.a.address, world.a.address), capacity: amount }
    const virtualId = (await world.read('virtualId', [v])) as Hex
    locks.push({ virtualId, leaf: leafOf(index, amount, conditionOf(world.sluice, virtualId)) })
    virtuals.push(v)
  }
  for (let from = 0; areFinal && from < count; from += 250) {
    await world.call(world.b, 'closeVirtuals', [virtuals.slice(from, from + 250)])
  }
  const levels = levelsOf(locks.map((lock) => lock.leaf))
  const locked = BigInt(count) * amount
  const locksRoot = rootOf(levels)
  await world.call(world.b, 'startClose', [terms, await laneVoucher(world, terms, 9n, 3n * UNIT, locked, locksRoot)])
  await world.skip(WINDOW)
  const settle = await world.call(world.b, 'settle', [terms, { locked, locksRoot }, noLocks, 0])
  const proofs = locks.map(({ virtualId }, index) => ({
    index,
    amount,
    resolver: world.sluice,
    id: virtualId,
    side: 0,
    proof: proofOf(levels, index),
  }))
  const subtree = { first: 0, slots: locks.map(({ virtualId }) => ({ amount, idOrLeaf: virtualId })), proof: [] }
  return { terms, items: virtuals, settle, locked, subtree, proofs }
}

/** Plays all scenes; the keys are the names in the table. */
export async function playScenes(world: World): Promise<Record<string, Cost>> {
  const [depositNativeFirst, depositNativeSecond, nativeChannel] = await nativeDeposits(world)
  // the token's first deposit ever opens the contract's own balance at the token, which no later channel pays again
  await tokenDeposits(world)
  const [depositErc20First, depositErc20Second, tokenChannel] = await tokenDeposits(world)
  const { settle, unlockEach, subtreeEach } = await thousandLocks(world)
  return {
    depositNativeFirst,
    depositNativeSecond,
    depositErc20First,
    depositErc20Second,
    closeNative: await close(world, nativeChannel),
    closeErc20: await close(world, tokenChannel),
    exitDirect: await exitDirect(world),
    exitVirtual: await exitVirtual(world),
    answer: await answer(world),
    answerBoth: await answerBoth(world),
    settleWith1000Locks: settle,
    redeemEachOf100: await redeemEachOf100(world),
    redeemAnyEachOf100: await redeemAnyEachOf100(world),
    unlockEachOf1000: unlockEach,
    unlockSubtreeEachOf1000: subtreeEach,
    closeVirtualsEachOf100: await closeVirtualsEachOf100(world),
    closeVirtualsByLocksEachOf100: await closeByLocksEachOf100(world),
    start: await start(world),
    answerBothWithLocks: await answerBoth(world, UNIT, `0x${'5a'.repeat(32)}`),
    deploy: world.deployCost,
  }
}

/** Plays those that fit into Filecoin's messages of 65,536 bytes and blocks of 10 G gas. */
export async function playScenesWithinAMessage(world: World): Promise<Record<string, Cost>> {
  const [depositNativeFirst, depositNativeSecond, nativeChannel] = await nativeDeposits(world)
  await tokenDeposits(world)
  const [depositErc20First, depositErc20Second, tokenChannel] = await tokenDeposits(world)
  return {
    deploy: world.deployCost,
    depositNativeFirst,
    depositNativeSecond,
    depositErc20First,
    depositErc20Second,
    closeNative: await close(world, nativeChannel),
    closeErc20: await close(world, tokenChannel),
    exitDirect: await exitDirect(world),
    exitVirtual: await exitVirtual(world),
    answer: await answer(world),
    answerBoth: await answerBoth(world),
    redeemEachOf100: await redeemEachOf100(world),
    redeemAnyEachOf100: await redeemAnyEachOf100(world),
    closeVirtualsEachOf100: await closeVirtualsEachOf100(world),
  }
}
