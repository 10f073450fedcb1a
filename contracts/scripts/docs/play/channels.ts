import { type Hex, parseAbi, zeroHash } from 'viem'
import { permit2 } from '../../../src-ts/deposits.ts'
import { leafOf, levelsOf, proofOf, rootOf } from '../../gas/tree.ts'
import { conditionOf } from '../../gas/world.ts'
import { foreignCode } from '../../tools/foreign-code.ts'
import { close, withdraw } from '../samples/cooperative.ts'
import { cancelRedirect, pushCredit, redirectCredit, redirectCreditFor } from '../samples/credits.ts'
import * as deposits from '../samples/deposits.ts'
import { settle, startClose, startCloseFor, updateLane, updateLanes } from '../samples/disputes.ts'
import { unlock, unlockBatch, unlockSubtree } from '../samples/locks.ts'
import { mined, noLocks } from '../samples/setup.ts'
import * as views from '../samples/views.ts'
import * as virtuals from '../samples/virtuals.ts'
import { type Stage, UNIT, WINDOW } from './stage.ts'

/** Of what is signed: a number whose digits do not depend on today, as calldata is priced by them. */
const LATER = 4_000_000_000n

/** A native channel with one coin of a. */
async function opened(stage: Stage) {
  const terms = stage.channel()
  await deposits.depositWithValue(stage.a, stage.sluice, terms)
  return terms
}

export async function playDeposits(stage: Stage): Promise<void> {
  const { a, b, sluice, note, keys } = stage
  note('Sluice.depositWithValue', await deposits.depositWithValue(a, sluice, stage.channel()))
  const token = await stage.deployMock('SigningToken.sol', 'SigningToken')
  const abi = parseAbi(['function mint(address, uint256)', 'function approve(address, uint256)'])
  await mined(
    a,
    await a.writeContract({ address: token, abi, functionName: 'mint', args: [keys[0].address, 100n * UNIT] }),
  )
  const domain = { name: 'Dollar', version: '2' }
  // the contract's own balance is opened once for all channels in a token
  await deposits.depositWithAllowance(a, sluice, stage.channel(token), UNIT)
  note('Sluice.depositWithAllowance', await deposits.depositWithAllowance(a, sluice, stage.channel(token), UNIT))
  note(
    'Sluice.depositWithPermit',
    await deposits.depositWithPermit(a, sluice, stage.channel(token), UNIT, domain, 0n, LATER),
  )
  const authorized = [keys[0], UNIT, domain, `0x${'5a'.repeat(32)}`] as const
  note(
    'Sluice.depositWithAuthorization',
    await deposits.depositWithAuthorization(b, sluice, stage.channel(token), ...authorized),
  )
  await stage.rpc('anvil_setCode', permit2, foreignCode().PERMIT2_CODE)
  await mined(a, await a.writeContract({ address: token, abi, functionName: 'approve', args: [permit2, 100n * UNIT] }))
  note(
    'Sluice.depositWithPermit2',
    await deposits.depositWithPermit2(b, sluice, stage.channel(token), keys[0], UNIT, 1n),
  )
}

export async function playEndings(stage: Stage): Promise<void> {
  const { a, b, sluice, note, keys } = stage
  const terms = await opened(stage)
  note('Sluice.withdraw', await withdraw(a, sluice, terms, keys, UNIT))
  note('Sluice.close', await close(a, sluice, await opened(stage), keys, UNIT))
  const alone = await opened(stage)
  note('Sluice.startClose', await startClose(b, sluice, alone, await stage.laneVoucher(alone, { paid: UNIT })))
  note(
    'Sluice.updateLane',
    await updateLane(b, sluice, alone, await stage.laneVoucher(alone, { seq: 10n, paid: 2n * UNIT })),
  )
  const both = await opened(stage)
  note('Sluice.startCloseFor', await startCloseFor(a, sluice, both, keys[1], LATER))
  const shown = [await stage.laneVoucher(both, { paid: UNIT }), await stage.laneVoucher(both, { lane: 1 })] as const
  note('Sluice.updateLanes', await updateLanes(b, sluice, both, shown))
  const left = await views.channelState(a, sluice, await views.channelId(a, sluice, both))
  if (left === undefined || left > BigInt(WINDOW)) throw new Error('a close runs for its window')
  await stage.skip(WINDOW)
  note('Sluice.settle', await settle(b, sluice, alone, [noLocks, noLocks]))
}

/** A channel that is settled with locks in lane 0, one for each of these. */
async function settledWith(stage: Stage, items: readonly { readonly capacity: bigint; readonly id: Hex }[]) {
  const terms = await opened(stage)
  const leaves = items.map(({ capacity, id }, index) => leafOf(index, capacity, conditionOf(stage.sluice, id)))
  const levels = levelsOf(leaves)
  const lock = { locked: items.reduce((sum, { capacity }) => sum + capacity, 0n), locksRoot: rootOf(levels) }
  await startClose(stage.b, stage.sluice, terms, await stage.laneVoucher(terms, lock))
  await stage.skip(WINDOW)
  await settle(stage.b, stage.sluice, terms, [lock, noLocks])
  return { terms, levels, ...lock }
}

export async function playVirtuals(stage: Stage): Promise<void> {
  const { a, b, sluice, note, keys } = stage
  const identified = () => {
    const terms = stage.virtual()
    return { terms, capacity: terms.capacity, id: virtuals.virtualIdOf(a, sluice, terms) }
  }
  note('Sluice.closeVirtual', await virtuals.closeVirtual(b, sluice, stage.virtual()))
  note('Sluice.closeVirtualFor', await virtuals.closeVirtualFor(b, sluice, stage.virtual(), keys[0]))
  note('Sluice.closeVirtuals', await virtuals.closeVirtuals(b, sluice, [stage.virtual(), stage.virtual()]))
  note(
    'Sluice.closeVirtualsFor',
    await virtuals.closeVirtualsFor(b, sluice, [stage.virtual(), stage.virtual()], keys[0]),
  )
  const vouchers = async () => [
    await stage.redemption(stage.virtual(), UNIT),
    await stage.redemption(stage.virtual(), UNIT),
  ]
  const [one] = await vouchers()
  if (one === undefined) throw new Error('two vouchers are more than none')
  note('Sluice.redeem', await virtuals.redeem(b, sluice, one))
  note('Sluice.redeemBatch', await virtuals.redeemBatch(b, sluice, await vouchers()))
  for (const receipt of await virtuals.redeemGroup(b, sluice, await vouchers())) note('Sluice.redeemGroup', receipt)
  const items = [identified(), identified(), identified(), identified()]
  const channel = await settledWith(stage, items)
  const closed = items.map(({ terms }) => terms)
  note('Sluice.closeVirtualsByLocks', await virtuals.closeVirtualsByLocks(a, sluice, channel.terms, closed))
  await playUnlocking(stage, items, channel)
}

async function playUnlocking(
  stage: Stage,
  items: readonly { readonly capacity: bigint; readonly id: Hex }[],
  { terms, levels, locked }: Awaited<ReturnType<typeof settledWith>>,
): Promise<void> {
  const { a, sluice, note } = stage
  const [first] = items
  if (first === undefined) throw new Error('four locks are more than none')
  const single = await settledWith(stage, [first])
  await stage.skip(WINDOW)
  if ((await views.payout(a, sluice, first.id)) !== 0n) throw new Error('nothing was redeemed')
  note('Sluice.unlock', await unlock(a, sluice, single.terms, first.capacity, first.id))
  const proofs = items.map(({ capacity, id }, index) => ({
    index,
    amount: capacity,
    resolver: sluice,
    id,
    side: 0,
    proof: proofOf(levels, index),
  }))
  note('Sluice.unlockBatch', await unlockBatch(a, sluice, terms, locked, proofs.slice(0, 2)))
  const id = await views.channelId(a, sluice, terms)
  if (!(await views.isUnlocked(a, sluice, id, 1)) || (await views.isUnlocked(a, sluice, id, 2)))
    throw new Error('slots 0 and 1')
  const whole = items.map(({ capacity, id: virtualId }) => ({ amount: capacity, virtualId }))
  note('Sluice.unlockSubtree', await unlockSubtree(a, sluice, terms, whole))
}

/** Accounts whose code takes no money have credits. */
export async function playCredits(stage: Stage): Promise<void> {
  const { a, b, sluice, note, keys } = stage
  const refusing = '0x60006000fd'
  const terms = await opened(stage)
  const { address } = keys[0]
  await stage.rpc('anvil_setCode', address, refusing)
  await close(b, sluice, terms, keys, UNIT)
  await stage.rpc('anvil_setCode', address, '0x')
  const credit = await views.creditOf(a, sluice, address)
  if (credit !== 999n * UNIT) throw new Error(`a is owed ${credit}`)
  note('Sluice.redirectCredit', await redirectCredit(a, sluice, keys[1].address, UNIT))
  note('Sluice.redirectCreditFor', await redirectCreditFor(b, sluice, keys[0], keys[1].address, UNIT))
  if ((await views.redirectNonce(a, sluice, address)) !== 1n) throw new Error('a nonce was used')
  note('Sluice.cancelRedirect', await cancelRedirect(a, sluice))
  note('Sluice.pushCredit', await pushCredit(b, sluice, address))
  await playViews(stage)
}

async function playViews({ a, sluice, virtual, channel }: Stage): Promise<void> {
  const { name, verifyingContract } = await views.eip712Domain(a, sluice)
  if (name !== 'Sluice' || verifyingContract.toLowerCase() !== sluice.toLowerCase()) throw new Error('another domain')
  if ((await views.domainSeparator(a, sluice)) === zeroHash) throw new Error('no domain')
  const terms = virtual()
  const id = virtuals.virtualIdOf(a, sluice, terms)
  if ((await views.virtualId(a, sluice, terms)) !== id) throw new Error('another id')
  const { finalAt } = await views.virtualState(a, sluice, id)
  if (finalAt !== 0n || (await views.channelState(a, sluice, await views.channelId(a, sluice, channel())))) {
    throw new Error('nothing happened yet')
  }
}
