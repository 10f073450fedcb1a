import { join } from 'node:path'
import { type HostileKind, hostileKinds, placeHostile } from '@sluice/adapters/testing-hostile'
import { sluiceAbi } from '@sluice/contracts'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { decodeFunctionData, encodeFunctionData, type Hex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createWorld, type Daemon, impatient, type Party, type World } from '../harness.ts'
import { createValve, startProxy } from '../proxy.ts'
import { type Content, deposit, openChannel, packContent, providing, quick } from '../scenes.ts'

// Each hostile account is a real party's: its node pays over a channel with the hub, and it or the hub closes that. The hub's money goes
// to an account that nobody sends from, so that it can be counted.

const TILL: Address = `0x${'711'.repeat(13)}0`
/** What the hub adds to each channel. */
const ADDED = deposit / 4n
/** Bytes that reach a client before somebody goes. */
const HELD_AT = 1_500_000
/** Gas of the dearest call that pays plain accounts. */
const PLAIN_GAS = 105_000n

interface Hostile {
  readonly kind: HostileKind
  readonly party: Party
  readonly account: Address
  node: Daemon
}

let world: World
let hub: Party
let hubNode: Daemon
let providerNode: Daemon
let provider: Party
let content: Content
let hostiles: readonly Hostile[]
let downloads = 0
const cleanups: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  world = await createWorld({ limits: impatient })
  hub = await world.party('hub')
  provider = await world.party('provider')
  content = await packContent(world, provider, 3_000_000)
  hubNode = await world.daemon(hub, 'hub', ...quick, '--account', TILL)
  providerNode = await world.daemon(provider, ...providing(content))
  await openChannel(world, hub, providerNode)
  hostiles = await Promise.all(hostileKinds.map(createHostile))
})
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})
afterAll(() => world?.end())

async function createHostile(kind: HostileKind): Promise<Hostile> {
  const party = await world.party(kind)
  const account = await placeHostile({ rpc: (method, ...params) => world.chain(method, params) }, kind)
  return { kind, party, account, node: await startNode(party, account) }
}

const startNode = (party: Party, account: Address): Promise<Daemon> =>
  world.daemon(party, 'node', ...quick, '--account', account)

/** Opens a channel that both sides put money into. Returns its id. */
async function openBoth({ party }: Hostile): Promise<string> {
  const channelId = String((await openChannel(world, party, hubNode)).channelId)
  await world.ok(hub, 'channel', 'topup', channelId, '--amount', `${ADDED}`)
  return channelId
}

/** Starts a download that is held in the middle. */
async function downloadHalf({ party, kind }: Hostile): Promise<void> {
  const valve = createValve(HELD_AT)
  const proxy = await startProxy(() => String(providerNode.ready.httpUrl), valve.tamper)
  downloads += 1
  const out = join(world.folder, `${kind}-${downloads}.car`)
  const get = world.start(party, 'get', `${proxy.url}/ipfs/${content.cid}`, '--out', out)
  cleanups.push(async () => {
    valve.open()
    await proxy.close()
    get.signal('SIGKILL')
  })
  const early = get.ended.then((ended) => {
    throw new Error(`the download ended before it was held: ${JSON.stringify(ended)}`)
  })
  await Promise.race([valve.held, early])
}

async function vanish(node: Daemon): Promise<void> {
  node.signal('SIGKILL')
  await node.ended
}

/** What an account was paid and is owed. */
async function moneyOf(account: Address): Promise<bigint> {
  const data = encodeFunctionData({ abi: sluiceAbi, functionName: 'creditOf', args: [account, NATIVE_TOKEN] })
  const credit = await world.chain<Hex>('eth_call', [{ to: world.contract, data }, 'latest'])
  return (await world.balance(account)) + BigInt(credit)
}

const moneyOfAll = () => Promise.all(hostiles.map(({ account }) => moneyOf(account)))

interface Sent {
  readonly hash: Hex
  readonly to: string | null
  readonly input: Hex
}

/** The calls that pay in all blocks from one on, each with the gas that it used. */
async function paying(from: number): Promise<readonly { call: string; success: boolean; gasUsed: bigint }[]> {
  const newest = Number(await world.chain<string>('eth_blockNumber', []))
  const found: { call: string; success: boolean; gasUsed: bigint }[] = []
  for (let number = from; number <= newest; number += 1) {
    const block = await world.chain<{ transactions: readonly Sent[] }>('eth_getBlockByNumber', [
      `0x${number.toString(16)}`,
      true,
    ])
    for (const { hash, to, input } of block.transactions) {
      if (to?.toLowerCase() !== world.contract) continue
      const call = decodeFunctionData({ abi: sluiceAbi, data: input }).functionName
      if (!['withdraw', 'close', 'settle', 'unlock', 'unlockBatch'].includes(call)) continue
      const receipt = await world.chain<{ status: Hex; gasUsed: Hex }>('eth_getTransactionReceipt', [hash])
      found.push({ call, success: receipt.status === '0x1', gasUsed: BigInt(receipt.gasUsed) })
    }
  }
  return found
}

const newestBlock = async () => Number(await world.chain<string>('eth_blockNumber', []))

/** Every call that pays since a block went through at once, and within bounds; and these kinds of calls were among them. */
async function expectBounded(since: number, kinds: readonly string[]): Promise<void> {
  const calls = await paying(since + 1)
  expect([...new Set(calls.map(({ call }) => call))].sort()).toEqual(kinds)
  for (const { call, success, gasUsed } of calls) {
    expect(success, call).toBe(true)
    expect(gasUsed, call).toBeLessThan(2n * PLAIN_GAS)
  }
}

test('they take money out and are closed with', async () => {
  const ids = await Promise.all(hostiles.map(openBoth))
  const [since, till, before] = [await newestBlock(), await moneyOf(TILL), await moneyOfAll()]
  for (const [index, { party }] of hostiles.entries()) {
    const channelId = ids[index] ?? ''
    await world.ok(party, 'channel', 'withdraw', channelId, '--amount', `${deposit / 10n}`)
    await world.ok(hub, 'channel', 'withdraw', channelId, '--amount', `${ADDED / 10n}`)
    // Half of them are closed by the hub, half by themselves.
    const closed = await world.ok(index % 2 === 0 ? hub : party, 'channel', 'close', channelId)
    expect(closed).toMatchObject({ status: 'closed' })
  }
  expect(await world.balance(TILL)).toBe(till + ADDED * BigInt(hostiles.length))
  expect(await moneyOfAll()).toEqual(before.map((money) => money + deposit))
  await expectBounded(since, ['close', 'withdraw'])
})

/** What the hub earned and each of them paid while its channel, into which both had put money, came to its end. */
async function settlementOf(ending: (ids: readonly string[]) => Promise<void>): Promise<void> {
  const ids = await Promise.all(hostiles.map(openBoth))
  const [since, till, before] = [await newestBlock(), await moneyOf(TILL), await moneyOfAll()]
  for (const hostile of hostiles) await downloadHalf(hostile)
  await ending(ids)
  const earned = (await world.balance(TILL)) - till - ADDED * BigInt(hostiles.length)
  const paid = (await moneyOfAll()).map((money, index) => (before[index] ?? 0n) + deposit - money)
  for (const amount of paid) expect(amount).toBeGreaterThanOrEqual(0n)
  expect(paid.reduce((sum, amount) => sum + amount)).toBe(earned)
  await expectBounded(since, ['settle', 'unlock'])
}

test('they go in the middle of a payment, and the hub closes alone', () =>
  settlementOf(async (ids) => {
    await Promise.all(hostiles.map(({ node }) => vanish(node)))
    await Promise.all(ids.map((id) => world.ok(hub, 'channel', 'close', id)))
  }))

test('the hub goes in the middle of a payment, and they close alone', async () => {
  for (const hostile of hostiles) hostile.node = await startNode(hostile.party, hostile.account)
  await settlementOf(async (ids) => {
    await vanish(hubNode)
    await Promise.all(hostiles.map(({ party }, index) => world.ok(party, 'channel', 'close', ids[index] ?? '')))
  })
})
