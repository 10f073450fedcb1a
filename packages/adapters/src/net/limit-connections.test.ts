import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { TrustedProxies } from './client-address.ts'
import { type ConnectionLimits, limitConnections } from './limit-connections.ts'

const limits: ConnectionLimits = {
  connections: 99,
  perAddress: 99,
  requestsPerAddress: 99,
  requestMs: 60_000,
  silentMs: 60_000,
}
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function listening(changes: Partial<ConnectionLimits>, proxies: string[] = []) {
  const server: Server = createServer()
  const waiting: (() => void)[] = []
  const limited = limitConnections(server, { ...limits, ...changes }, new TrustedProxies(proxies))
  server.on(
    'request',
    limited.guard((request, response) => {
      if (request.url === '/') response.end('here')
      else waiting.push(() => response.end('at last'))
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const open = async (text = ''): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    stops.push(() => socket.destroy())
    await once(socket, 'connect')
    socket.write(text)
    return socket
  }
  return { limited, open, waiting, url: `http://127.0.0.1:${port}/` }
}

const GET = 'GET /slow HTTP/1.1\r\nHost: x\r\n'

it('idle connections make room for those that ask, and descriptors are bounded', async () => {
  const { open, url, limited } = await listening({ connections: 5 })
  const idle = await Promise.all(Array.from({ length: 20 }, () => open()))
  await Promise.all(idle.slice(0, 15).map((socket) => once(socket, 'close')))
  expect(await (await fetch(url)).text()).toBe('here')
  expect(limited.turnedAway).toBeGreaterThanOrEqual(15)
})

it('one with a request under way keeps its place', async () => {
  const { open, waiting } = await listening({ connections: 3 })
  const asking = await open(`${GET}\r\n`)
  while (waiting.length === 0) await new Promise(setImmediate)
  const idle = await Promise.all(Array.from({ length: 9 }, () => open()))
  await Promise.all(idle.slice(0, 6).map((socket) => once(socket, 'close')))
  waiting[0]?.()
  const [answer] = await once(asking, 'data')
  expect(String(answer)).toContain('at last')
})

it('ends a connection whose request never becomes whole, and one that is silent', async () => {
  const slow = await listening({ requestMs: 50 })
  const dribbling = await slow.open(GET)
  await once(dribbling, 'close')
  const silent = await listening({ silentMs: 50 })
  await once(await silent.open(`${GET}\r\n`), 'close')
})

it('answers one address that asks too much by 429, and counts for whom a proxy asks', async () => {
  const { open, url, waiting } = await listening({ requestsPerAddress: 2 }, ['127.0.0.1'])
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  for (const _ of [1, 2]) await open(`${GET}X-Forwarded-For: 192.0.2.1\r\n\r\n`)
  while (waiting.length < 2) await new Promise(setImmediate)
  expect((await fetch(url, from('192.0.2.1'))).status).toBe(429)
  expect((await fetch(url, from('192.0.2.2'))).status).toBe(200)
  for (const answer of waiting) answer()
})
