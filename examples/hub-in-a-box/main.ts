import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLocalChain } from '@sluice/adapters/local-chain'
import { daemon, type Line, sluice, stopAll } from './sluice.ts'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())
const folder = mkdtempSync(join(tmpdir(), 'hub-in-a-box-'))
const chain = await startLocalChain({ blockTime: 0.25 })

/** What a command of that party finds in its environment: a folder and a key of its own. */
const partyOf = (name: string) => ({
  SLUICE_DATA: join(folder, name),
  SLUICE_CHAIN: chain.url,
  SLUICE_PROFILE: 'development',
  SLUICE_KEY: `0x${randomBytes(32).toString('hex')}`,
})
const [hub, seller, buyer] = [partyOf('hub'), partyOf('seller'), partyOf('buyer')]

const openChannel = (from: typeof hub, { signer, peerUrl }: Line): Promise<Line> =>
  sluice(from, ['channel', 'open', '--peer', `${signer}`, '--url', `${peerUrl}`, '--deposit', '1FIL'])

interface Channel {
  readonly peer: { readonly signer: string }
  readonly deposits: { readonly own: string }
  readonly paid: { readonly sent: string; readonly received: string }
}

/** Asks the hub's JSON-RPC, at the address and with the token that its folder tells. */
async function askHub<T>(method: string): Promise<T> {
  const { url, token } = JSON.parse(readFileSync(join(hub.SLUICE_DATA, 'rpc.json'), 'utf8'))
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} })
  return ((await (await fetch(url, { method: 'POST', headers, body })).json()) as { result: T }).result
}

const nano = (amount: bigint): string => `${(Number(amount) / 1e9).toFixed(2)} nFIL`
const row = (...cells: string[]): void => console.log(cells.map((cell) => cell.padStart(16)).join(''))

async function setUp(): Promise<string> {
  console.log('starting a local chain, a hub, a seller with a file and a buyer ...')
  writeFileSync(join(folder, 'file'), randomBytes(500_000))
  const { cid } = await sluice(seller, ['pack', join(folder, 'file'), '--out', join(folder, 'cars')])
  const [ready, shop, client] = await Promise.all([
    // The hub: this command, and the file with its fees.
    daemon(hub, ['hub', '--config', join(import.meta.dirname, 'hub.json')]),
    daemon(seller, ['provide', join(folder, 'cars'), '--price', '1nanoFIL', '--per', '1KiB', '--log-level', 'warn']),
    daemon(buyer, ['node', '--log-level', 'warn']),
  ])
  for (const { account } of [ready, shop, client]) await chain.rpc('anvil_setBalance', account, '0x8ac7230489e80000')
  await Promise.all([openChannel(hub, shop), openChannel(buyer, ready)])
  console.log(`hub ${ready.signer} listens at ${ready.peerUrl}`)
  for (const { peer, deposits } of await askHub<readonly Channel[]>('channel.list'))
    console.log(`  channel with ${peer.signer}: ${nano(BigInt(deposits.own))} deposited by the hub`)
  return `${shop.httpUrl}/ipfs/${cid}`
}

/** What the hub received over its channels, what it sent on, and what it keeps. */
async function showHub(download: number, payments: unknown): Promise<void> {
  const channels = await askHub<readonly Channel[]>('channel.list')
  const sum = (way: 'sent' | 'received') => channels.reduce((all, { paid }) => all + BigInt(paid[way]), 0n)
  row(`${download}`, `${payments}`, nano(sum('received')), nano(sum('sent')), nano(sum('received') - sum('sent')))
}

try {
  const url = await setUp()
  console.log(
    '\nThe buyer downloads from the seller. Each has a channel with the hub alone. Ctrl-C stops everything.\n',
  )
  row('download', 'payments', 'hub received', 'hub sent', 'hub earned')
  for (let download = 1; !stopping.signal.aborted; download++, rmSync(join(folder, 'download'))) {
    const { payments } = await sluice(buyer, ['get', url, '--out', join(folder, 'download')])
    await showHub(download, payments)
    await setTimeout(1000, undefined, { signal: stopping.signal })
  }
} catch (error) {
  // A command that Ctrl-C has ended too has not failed.
  if (!stopping.signal.aborted) throw error
} finally {
  await stopAll()
  await chain.stop()
  rmSync(folder, { recursive: true, force: true })
}
