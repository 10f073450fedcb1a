import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Daemon, Ended, Line, Party, World } from './harness.ts'
import { deposit, openChannel, quick } from './scenes.ts'

/** A proxy before a server, and somebody with a channel who buys there over a hub. */
export interface Shop {
  readonly client: Party
  readonly seller: Party
  readonly proxy: Daemon
  /** The file of its table of prices. */
  readonly prices: string
  readonly stop: () => void
}

/** Prices of what the server of {@link openShop} answers, by the call what is given. */
export const tableOf = (call: string): string =>
  JSON.stringify({
    routes: [
      { path: '/free', price: 'free' },
      { path: '/film', price: [{ unit: 'byte', amount: '1', per: 100 }] },
      { path: '/api/*', price: [{ unit: 'call', amount: call }] },
    ],
    otherwise: 'refuse',
  })

/** The lines of one type that a command said. */
export const linesOf = ({ lines }: Ended, wanted: string): readonly Line[] =>
  lines.filter(({ type }) => type === wanted)

/** Starts a server, a proxy before it, a hub and a client, and opens the channels. */
export async function openShop(world: World): Promise<Shop> {
  const [client, hub, seller] = (await Promise.all(['client', 'hub', 'seller'].map(world.party))) as [
    Party,
    Party,
    Party,
  ]
  const behind = createServer((incoming, outgoing) => {
    if (incoming.url === '/film')
      outgoing.setHeader('Content-Type', 'application/octet-stream').end(Buffer.alloc(100_000, 'f'))
    else if (incoming.url === '/api/fails') outgoing.writeHead(500).end('no')
    else if (incoming.url === '/api/missing') outgoing.writeHead(404).end('nothing')
    else {
      outgoing.setHeader('Content-Type', 'application/json')
      outgoing.write(`{"for":${JSON.stringify(incoming.headers['x-forwarded-for'])},"body":"`)
      incoming.pipe(outgoing, { end: false })
      incoming.on('end', () => outgoing.end(`","path":"${incoming.url}"}`))
    }
  }).listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const prices = join(world.folder, 'prices.json')
  writeFileSync(prices, tableOf('1000'))
  const upstream = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`
  const [hubDaemon, proxy] = await Promise.all([
    world.daemon(hub, 'hub', ...quick),
    world.daemon(seller, 'proxy', upstream, '--prices', prices, '--trusted-proxy', '127.0.0.1', ...quick),
    world.daemon(client, 'node', ...quick),
  ])
  const hubAddress = String(hubDaemon.ready.peerUrl).replace('ws:', 'http:')
  await Promise.all([
    world.ok(client, 'channel', 'open', '--hub', hubAddress, '--deposit', `${deposit}`),
    openChannel(world, hub, proxy),
  ])
  const stop = () => {
    behind.closeAllConnections()
    behind.close()
  }
  return { client, seller, proxy, prices, stop }
}
