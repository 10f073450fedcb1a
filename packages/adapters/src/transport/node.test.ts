import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net'
import type { Transport } from '@sluice/engine'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { TransportLimits } from './limits.ts'
import { createWebSocketTransport, type WebSocketTransport, type WebSocketTransportOptions } from './node.ts'
import { certificate } from './testing/certificate.ts'
import { startForwardingProxy } from './testing/forwarding-proxy.ts'
import { createParties, createParty, domainOn, Recorder } from './testing/party.ts'
import type { TransportOptions } from './transport.ts'
import { createWebTransport } from './web.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function start<T extends Transport>(transport: T): Promise<{ transport: T; events: Recorder }> {
  const events = new Recorder()
  await transport.start(events)
  cleanups.push(() => transport.stop())
  return { transport, events }
}

const here = { host: '127.0.0.1', port: 0 }
const listening = (options: TransportOptions, more: Partial<WebSocketTransportOptions> = {}) =>
  start(createWebSocketTransport({ ...options, listen: here, ...more }))
const urlOf = (transport: WebSocketTransport): string => `ws://127.0.0.1:${transport.listening?.port}`
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const code = (name: string): unknown => expect.objectContaining({ code: name })

describe.each([
  ['node', (options: TransportOptions) => createWebSocketTransport(options)],
  ['web', (options: TransportOptions) => createWebTransport(options)],
])('a %s transport that dials', (_name, create) => {
  it('carries frames both ways, whole and in order', async () => {
    const [a, b] = createParties()
    const server = await listening(b)
    const client = await start(create(a))
    const session = await client.transport.connect(b.signer.address, urlOf(server.transport))
    expect(session.peer).toBe(b.signer.address)
    await server.events.until(() => server.events.opens === 1)
    const back = server.events.sessions.get(a.signer.address)
    const sent = Array.from({ length: 500 }, (_, i) => text(`${i} `.repeat(i % 97)))
    for (const frame of sent) {
      session.send(frame)
      back?.send(frame)
    }
    await server.events.until(() => server.events.frames.length === sent.length)
    await client.events.until(() => client.events.frames.length === sent.length)
    expect(server.events.frames).toEqual(sent)
    expect(client.events.frames.map((frame) => Uint8Array.from(frame))).toEqual(sent)
  })

  it('tells both ends when a session ends', async () => {
    const [a, b] = createParties()
    const server = await listening(b)
    const client = await start(create(a))
    const session = await client.transport.connect(b.signer.address, urlOf(server.transport))
    session.send(text('goodbye'))
    session.close()
    await server.events.until(() => server.events.closes === 1)
    await client.events.until(() => client.events.closes === 1)
    expect(server.events.frames).toEqual([text('goodbye')])
  })

  it('says that nobody answers', async () => {
    const unused = createTcpServer().listen(0, '127.0.0.1')
    await once(unused, 'listening')
    const { port } = unused.address() as AddressInfo
    await new Promise((resolve) => unused.close(resolve))
    const client = await start(create(createParty()))
    const dialled = client.transport.connect(createParty().signer.address, `ws://127.0.0.1:${port}`)
    await expect(dialled).rejects.toThrow(code('TRANSPORT_UNREACHABLE'))
  })

  it('says that what answers is no WebSocket', async () => {
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    await once(server, 'listening')
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = await start(create(createParty()))
    await expect(client.transport.connect(createParty().signer.address, url)).rejects.toThrow(
      code('TRANSPORT_UNREACHABLE'),
    )
  })

  it('gives up on what takes the connection and says nothing', async () => {
    const sockets: Socket[] = []
    const server = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    cleanups.push(() => sockets.map((socket) => socket.destroy()))
    await once(server, 'listening')
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = await start(create(createParty({ limits: { handshakeMs: 50 } })))
    await expect(client.transport.connect(createParty().signer.address, url)).rejects.toThrow(
      code('TRANSPORT_UNREACHABLE'),
    )
  })

  it.each(['http://127.0.0.1:1', 'nonsense', ''])('refuses the url %j', async (url) => {
    const client = await start(create(createParty()))
    await expect(client.transport.connect(createParty().signer.address, url)).rejects.toThrow(
      code('TRANSPORT_URL_INVALID'),
    )
  })

  it('refuses whoever is not the signer it dialled', async () => {
    const [a, b] = createParties()
    const server = await listening(b)
    const client = await start(create(a))
    const dialled = client.transport.connect(createParty().signer.address, urlOf(server.transport))
    await expect(dialled).rejects.toThrow(code('TRANSPORT_PEER_WRONG'))
    expect([client.events.opens, server.events.opens]).toEqual([0, 0])
  })

  it('refuses a peer of another chain', async () => {
    const other = createParty({ domain: domainOn(314159n) })
    const server = await listening(other)
    const client = await start(create(createParty()))
    const dialled = client.transport.connect(other.signer.address, urlOf(server.transport))
    await expect(dialled).rejects.toThrow(code('TRANSPORT_PROOF_WRONG'))
    expect([client.events.opens, server.events.opens]).toEqual([0, 0])
  })

  it('tells which versions are spoken where none is in common, at both ends', async () => {
    const lines: unknown[] = []
    const log = { debug() {}, info: (...line: unknown[]) => lines.push(line), warn() {}, error() {} }
    const b = createParty({ versions: { min: 2, max: 3 }, log })
    const server = await listening(b)
    const client = await start(create(createParty()))
    const dialled = client.transport.connect(b.signer.address, urlOf(server.transport))
    const details = { ours: '1', theirs: '2 to 3' }
    await expect(dialled).rejects.toMatchObject({ code: 'TRANSPORT_NO_COMMON_VERSION', details })
    expect(lines).toEqual([
      [
        'session.refused',
        {
          code: 'TRANSPORT_NO_COMMON_VERSION',
          reason: 'the other end speaks version 1 of the protocol, this end 2 to 3',
        },
      ],
    ])
    expect([client.events.opens, server.events.opens]).toEqual([0, 0])
  })

  it('gives the session that stands to whoever asks again', async () => {
    const [a, b] = createParties()
    const server = await listening(b)
    const client = await start(create(a))
    const dial = () => client.transport.connect(b.signer.address, urlOf(server.transport))
    const [first, second] = await Promise.all([dial(), dial()])
    expect(second).toBe(first)
    expect(await dial()).toBe(first)
    expect(client.events.opens).toBe(1)
  })

  it('refuses to dial itself, and anybody once it is stopped', async () => {
    const a = createParty()
    const client = await start(create(a))
    await expect(client.transport.connect(a.signer.address, 'ws://127.0.0.1:1')).rejects.toThrow(code('TRANSPORT_SELF'))
    await client.transport.stop()
    const dialled = client.transport.connect(createParty().signer.address, 'ws://127.0.0.1:1')
    await expect(dialled).rejects.toThrow(code('TRANSPORT_STOPPED'))
  })
})

describe('a transport with TLS', () => {
  const secure = { ...here, tls: certificate }

  it('carries sessions, and counts their connections as proved', async () => {
    const party = createParty({ limits: { unauthenticated: 1, handshakeMs: 60_000 } })
    const { transport, events } = await listening(party, { listen: secure })
    const url = urlOf(transport).replace('ws:', 'wss:')
    for (let i = 1; i <= 3; i++) {
      const client = await start(createWebSocketTransport({ ...createParty(), ca: certificate.cert }))
      const session = await client.transport.connect(party.signer.address, url)
      session.send(text(`${i}`))
      await events.until(() => events.frames.length === i && events.sessions.size === i)
    }
  })

  it('is not trusted without its certificate', async () => {
    const party = createParty()
    const { transport } = await listening(party, { listen: secure })
    const client = await start(createWebSocketTransport(createParty()))
    const dialled = client.transport.connect(party.signer.address, urlOf(transport).replace('ws:', 'wss:'))
    await expect(dialled).rejects.toThrow(code('TRANSPORT_UNREACHABLE'))
  })
})

describe('peers that dial each other at once', () => {
  it('come to keep the session that the lower signer dialled', async () => {
    for (let round = 0; round < 15; round++) {
      const [a, b] = createParties()
      const [low, high] = [await listening(a), await listening(b)]
      const dials: Promise<unknown>[] = [
        low.transport.connect(b.signer.address, urlOf(high.transport)),
        high.transport.connect(a.signer.address, urlOf(low.transport)),
      ]
      await Promise.all(round % 2 === 0 ? dials : dials.reverse())
      // Whatever was opened and closed on the way, each comes to hold one session, and they are the two ends of the same.
      const settled = ({ opens, closes }: Recorder) => opens - closes === 1
      await low.events.until(() => settled(low.events))
      await high.events.until(() => settled(high.events))
      const ask = (): void => low.events.sessions.get(b.signer.address)?.send(text('it is me'))
      ask()
      await high.events.until(() => high.events.frames.length > 0)
      high.events.sessions.get(a.signer.address)?.send(text('and me'))
      await low.events.until(() => low.events.frames.length > 0)
    }
  })

  it('lets a peer that was started anew take the place of its old session at once', async () => {
    const [a, b] = createParties()
    for (const [listener, dialler] of [
      [a, b],
      [b, a],
    ] as const) {
      const server = await listening(listener)
      const before = await start(createWebSocketTransport(dialler))
      await before.transport.connect(listener.signer.address, urlOf(server.transport))
      const after = await start(createWebSocketTransport(dialler))
      const session = await after.transport.connect(listener.signer.address, urlOf(server.transport))
      await server.events.until(() => server.events.opens === 2 && server.events.closes === 1)
      session.send(text('again'))
      await server.events.until(() => server.events.frames.length === 1)
    }
  })
})

/** A connection that does not follow the protocol. */
function raw(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  cleanups.push(() => socket.destroy())
  return socket
}

/** Resolves once a connection is gone, however it went. */
const ended = (socket: Socket | WebSocket): Promise<unknown> => new Promise((resolve) => socket.on('close', resolve))

const yesOrNo = [() => true, () => false] as const

async function untilTrue(attempt: () => Promise<boolean>): Promise<void> {
  while (!(await attempt())) {}
}

async function webSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  socket.on('error', () => {})
  cleanups.push(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

async function server(limits: Partial<TransportLimits> = {}) {
  const party = createParty({ limits })
  const { transport, events } = await listening(party)
  const url = urlOf(transport)
  const port = Number(transport.listening?.port)
  /** An honest peer still gets through. */
  const serves = async (): Promise<void> => {
    const client = createWebSocketTransport(createParty())
    await client.start(new Recorder())
    await client.connect(party.signer.address, url)
    await client.stop()
  }
  return { url, port, events, serves }
}

describe('a listener among hostile connections', () => {
  it('ends one that never says anything', async () => {
    const { port, serves } = await server({ handshakeMs: 50 })
    await ended(raw(port))
    await serves()
  })

  it('ends one that dribbles its request', async () => {
    const { port } = await server({ handshakeMs: 50 })
    const socket = raw(port)
    await once(socket, 'connect')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
    await ended(socket)
  })

  it('ends one that opens a WebSocket and never proves a key', async () => {
    const { url, events } = await server({ handshakeMs: 50 })
    await ended(await webSocket(url))
    expect(events.opens).toBe(0)
  })

  it.each<[string, string | Uint8Array]>([
    ['text', 'hello'],
    ['nothing', new Uint8Array()],
    ['zeros', new Uint8Array(85)],
    ['a megabyte', new Uint8Array(1024 * 1024)],
    ['far more than its limit', new Uint8Array(5 * 1024 * 1024)],
    ['noise', Uint8Array.from({ length: 85 }, (_, i) => (i === 0 ? 1 : (i * 89) & 0xff))],
  ])('ends one that says %s instead of a handshake', async (_case, message) => {
    const { url, events, serves } = await server({ handshakeMs: 1000 })
    const socket = await webSocket(url)
    socket.send(message)
    await ended(socket)
    expect(events.opens).toBe(0)
    await serves()
  })

  it('says once which versions it speaks to one that speaks others, and hangs up', async () => {
    const { transport, events } = await listening(createParty({ versions: { min: 2, max: 3 } }))
    const socket = await webSocket(urlOf(transport))
    const answers: Uint8Array[] = []
    socket.on('message', (data: Buffer) => answers.push(Uint8Array.from(data)))
    for (const version of [1, 9, 1]) socket.send(Uint8Array.from([version, version, ...new Uint8Array(84)]))
    await ended(socket)
    expect(answers).toEqual([Uint8Array.of(2, 3)])
    expect(events.opens).toBe(0)
  })

  it('answers plain HTTP with a refusal, and garbage with an end', async () => {
    const { port, serves } = await server()
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.status).toBe(426)
    await response.arrayBuffer()
    const socket = raw(port)
    await once(socket, 'connect')
    socket.write('\u0016\u0003\u0001 not HTTP \r\n\r\n')
    await ended(socket)
    await serves()
  })

  it('tells a plain GET who listens, where it was given what to say', async () => {
    const greeting = () => '{"who":"me"}'
    const { transport } = await listening(createParty(), { listen: { ...here, greeting } })
    const url = `http://127.0.0.1:${transport.listening?.port}/`
    expect(await (await fetch(url)).json()).toEqual({ who: 'me' })
    const other = await fetch(`${url}other`)
    expect(other.status).toBe(426)
    await other.arrayBuffer()
  })

  it('ends one whose headers are endless', async () => {
    const { port, serves } = await server()
    const socket = raw(port)
    await once(socket, 'connect')
    socket.write(`GET / HTTP/1.1\r\n${'x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(2000)}`)
    await ended(socket)
    await serves()
  })

  it('turns away more unproved connections than its limit, and takes proved ones beyond it', async () => {
    const { port, serves } = await server({ unauthenticated: 3, handshakeMs: 60_000 })
    await serves()
    const sockets = Array.from({ length: 4 }, () => raw(port))
    await Promise.race(sockets.map(ended))
    for (const socket of sockets) socket.destroy()
    await untilTrue(() => serves().then(...yesOrNo))
  })

  it('counts connections of one address', async () => {
    const { port } = await server({ connectionsPerIp: 2, handshakeMs: 60_000 })
    const sockets = Array.from({ length: 3 }, () => raw(port))
    await Promise.race(sockets.map(ended))
  })

  it('takes a newcomer from where many say nothing', async () => {
    const { port, serves } = await server({ unauthenticatedPerIp: 3, handshakeMs: 60_000 })
    const sockets = Array.from({ length: 9 }, () => raw(port))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    await serves()
    for (const socket of sockets) socket.destroy()
  })

  it('behind a proxy that it trusts counts those for whom it asks, and no flood ends a peer that is known', async () => {
    const known = createParty()
    const limits = { connectionsPerIp: 2, strangers: 3 }
    const hub = createParty({ limits })
    const listen = { ...here, trustedProxies: ['127.0.0.1'] }
    const { transport, events } = await listening(hub, { listen })
    events.isKnown = (peer) => peer === known.signer.address
    const proxy = await startForwardingProxy(Number(transport.listening?.port))
    cleanups.push(() => proxy.close())
    const join = async (party: TransportOptions, address: string) => {
      const client = await start(createWebSocketTransport(party))
      await client.transport.connect(hub.signer.address, proxy.urlFor(address))
    }
    await join(known, '192.0.2.1')
    for (let i = 0; i < 4; i++) await join(createParty(), '192.0.2.1')
    await events.until(() => events.opens === 5 && events.sessions.size === 3)
    for (let i = 0; i < 4; i++) await join(createParty(), `198.51.100.${i}`)
    await events.until(() => events.opens === 9 && events.sessions.size === 4)
    expect([...events.sessions.keys()]).toContain(known.signer.address)
    expect(transport.turnedAway).toBe(5)
  })

  it.each(['ws://127.0.0.1', 'ws://localhost', 'ws://[::1]', 'ws://0x7f.1'])(
    'is not dialled at %s where only a public address may be',
    async (url) => {
      const party = createParty()
      const { transport } = await listening(party)
      const client = await start(createWebSocketTransport(createParty()))
      const at = `${url}:${transport.listening?.port}`
      const dialling = client.transport.connect(party.signer.address, at, { publicOnly: true })
      await expect(dialling).rejects.toThrow(code('TRANSPORT_NOT_PUBLIC'))
    },
  )

  it('frees the place of a connection once its key is proved', async () => {
    const party = createParty({ limits: { unauthenticated: 1, handshakeMs: 60_000 } })
    const { transport, events } = await listening(party)
    for (let i = 1; i <= 5; i++) {
      const client = await start(createWebSocketTransport(createParty()))
      await client.transport.connect(party.signer.address, urlOf(transport))
      await events.until(() => events.sessions.size === i)
    }
  })

  it('says that its port is taken', async () => {
    const { port } = await server()
    const second = createWebSocketTransport({ ...createParty(), listen: { host: '127.0.0.1', port } })
    await expect(second.start(new Recorder())).rejects.toThrow(code('TRANSPORT_PORT_TAKEN'))
    await second.stop()
  })

  it('says that it cannot listen on an address that is not its own', async () => {
    const far = createWebSocketTransport({ ...createParty(), listen: { host: '192.0.2.1', port: 0 } })
    await expect(far.start(new Recorder())).rejects.toThrow(code('TRANSPORT_LISTEN_FAILED'))
    await far.stop()
  })

  it('leaves no connection behind when it stops', async () => {
    const [a, b] = createParties()
    const one = await listening(a)
    const other = await start(createWebSocketTransport(b))
    await other.transport.connect(a.signer.address, urlOf(one.transport))
    const idle = raw(Number(one.transport.listening?.port))
    await once(idle, 'connect')
    const gone = ended(idle)
    await one.transport.stop()
    await gone
    await other.events.until(() => other.events.closes === 1)
    expect(one.events.closes).toBe(1)
  })
})

describe('a delayed transport', () => {
  it('keeps the order, and delivers nothing before its time', async () => {
    const [a, b] = createParties()
    const server = await listening(b)
    const client = await start(createWebSocketTransport({ ...a, delay: { latency: 20, jitter: 5 } }))
    const session = await client.transport.connect(b.signer.address, urlOf(server.transport))
    await server.events.until(() => server.events.opens === 1)
    const before = performance.now()
    for (let i = 0; i < 50; i++) {
      session.send(text(`${i}`))
      await Promise.resolve()
    }
    expect(session.queued).toBeGreaterThan(0)
    await server.events.until(() => server.events.frames.length === 50)
    expect(performance.now() - before).toBeGreaterThanOrEqual(15)
    expect(server.events.frames.map((frame) => new TextDecoder().decode(frame))).toEqual(
      Array.from({ length: 50 }, (_, i) => `${i}`),
    )
  })
})
