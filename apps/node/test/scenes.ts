import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Daemon, Line, Party, World } from './harness.ts'

/** Client, hub and provider with two funded channels, and content to sell. */
export interface Triangle {
  readonly client: Party
  readonly hub: Party
  readonly provider: Party
  readonly daemons: { client: Daemon; hub: Daemon; provider: Daemon }
  readonly content: Content
  /** Where the content is sold. */
  readonly url: string
}

/** A file of random bytes, packed. */
export interface Content {
  readonly file: string
  readonly cid: string
  readonly cars: string
  /** Bytes of the CAR file. */
  readonly carBytes: number
  /** What it costs at the price below, base units. */
  readonly price: bigint
}

/** The price that tests use: some base units for every KiB. */
export const price = { amount: 7n, per: 1024n }
/** What each side deposits into the channel that it pays from. */
export const deposit = 10n ** 15n
/** Windows as short as the profile allows, so that disputes end soon. */
export const quick = ['--channel-window', '6s', '--virtual-window', '5s']

/** ceil(bytes * amount / per), worked out here on its own. */
export function priceOf(bytes: number): bigint {
  return (BigInt(bytes) * price.amount + price.per - 1n) / price.per
}

/** Packs a file of that many random bytes. */
export async function packContent(world: World, party: Party, bytes: number): Promise<Content> {
  const file = join(world.folder, `content-${bytes}.bin`)
  writeFileSync(file, randomBytes(bytes))
  const cars = join(world.folder, 'cars')
  const packed = await world.ok(party, 'pack', file, '--out', cars, '--chunk', '256KiB')
  const carBytes = Number(packed.carBytes)
  return { file, cid: String(packed.cid), cars, carBytes, price: priceOf(carBytes) }
}

/** Options of the provider for content at the test's price. */
export function providing(content: Content, ...more: readonly string[]): readonly string[] {
  const { amount, per } = price
  return [
    'provide',
    content.cars,
    '--price',
    `${amount}`,
    '--per',
    `${per}`,
    '--serve-ahead',
    '1MiB',
    ...quick,
    ...more,
  ]
}

/** Opens a channel from a party whose node runs. */
export function openChannel(world: World, from: Party, to: Daemon, amount = deposit): Promise<Line> {
  const peer = ['--peer', String(to.ready.signer), '--url', String(to.ready.peerUrl)]
  return world.ok(from, 'channel', 'open', ...peer, '--deposit', `${amount}`)
}

/** Starts everybody, opens the two channels and packs content of that many bytes. */
export async function createTriangle(
  world: World,
  bytes: number,
  hubOptions: readonly string[] = [],
  providerOptions: readonly string[] = [],
): Promise<Triangle> {
  const [client, hub, provider] = await Promise.all(['client', 'hub', 'provider'].map(world.party))
  if (client === undefined || hub === undefined || provider === undefined)
    throw new Error('three parties were asked for')
  const content = await packContent(world, provider, bytes)
  const [hubDaemon, providerDaemon, clientDaemon] = await Promise.all([
    world.daemon(hub, 'hub', ...quick, ...hubOptions),
    world.daemon(provider, ...providing(content, '--unpaid-listen', '127.0.0.1:0', ...providerOptions)),
    world.daemon(client, 'node', ...quick),
  ])
  await Promise.all([openChannel(world, client, hubDaemon), openChannel(world, hub, providerDaemon)])
  return {
    client,
    hub,
    provider,
    daemons: { client: clientDaemon, hub: hubDaemon, provider: providerDaemon },
    content,
    url: `${providerDaemon.ready.httpUrl}/ipfs/${content.cid}`,
  }
}

/** A channel as `sluice channel list --json` shows it. */
export interface ListedChannel {
  readonly channelId: string
  readonly status: string
  readonly deposits: { readonly own: string; readonly peer: string }
  readonly paid: { readonly sent: string; readonly received: string }
  readonly locked: { readonly sent: string; readonly received: string }
}

/** The one channel of a party. */
export async function onlyChannel(world: World, party: Party): Promise<ListedChannel> {
  const { channels } = await world.ok(party, 'channel', 'list')
  expect(channels).toHaveLength(1)
  return (channels as readonly ListedChannel[])[0] as ListedChannel
}

/** Closes the one channel of a party with a peer. */
export async function closeOnly(world: World, party: Party, ...options: readonly string[]): Promise<Line> {
  const { channelId } = await onlyChannel(world, party)
  return world.ok(party, 'channel', 'close', channelId, ...options)
}

/** What a party's balance on chain changed by since `before`, what it paid for gas aside. */
export async function changeWithoutGas(world: World, party: Party, before: bigint): Promise<bigint> {
  return (await world.balance(party.address)) - before + (await gasPaidBy(world, party))
}

interface Block {
  readonly transactions: readonly { readonly hash: string; readonly from: string }[]
}

async function gasPaidBy(world: World, { address }: Party): Promise<bigint> {
  const newest = Number(await world.chain<string>('eth_blockNumber', []))
  let sum = 0n
  for (let number = 0; number <= newest; number += 1) {
    const block = await world.chain<Block>('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])
    for (const { hash, from } of block.transactions) {
      if (from.toLowerCase() !== address) continue
      const receipt = await world.chain<{ gasUsed: string; effectiveGasPrice: string }>('eth_getTransactionReceipt', [
        hash,
      ])
      sum += BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)
    }
  }
  return sum
}
