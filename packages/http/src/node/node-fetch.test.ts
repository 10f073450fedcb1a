import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { concatBytes } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import type { FetchInit } from '../fetch/http-fetch.ts'
import { nodeFetch } from './node-fetch.ts'

const init = (signal = new AbortController().signal): FetchInit => ({
  ...{ headers: { 'x-asked': 'yes' }, signal },
  ...{ redirect: 'manual', cache: 'no-store', credentials: 'omit' },
})

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers by bytes of its own making. */
async function serveRaw(answer: string | Uint8Array, end = true) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => (end ? socket.end(answer) : socket.write(answer)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: async () => void server.close() }
}

async function read(body: Awaited<ReturnType<typeof nodeFetch>>['body']): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  // Each piece is valid until the next is asked for.
  for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(Uint8Array.from(piece))
  return concatBytes(...pieces)
}

describe('nodeFetch', () => {
  const content = randomBytes(5 << 20)

  it.each(['of known length', 'in chunks'])('brings a body %s as it was sent, and its head', async (how) => {
    await using server = await serve((request, response) => {
      response.setHeader('x-answer', request.headers['x-asked'] ?? '')
      if (how === 'of known length') response.setHeader('content-length', content.length)
      response.write(content.subarray(0, 10))
      response.end(content.subarray(10))
    })
    const response = await nodeFetch(server.url, init())
    expect([response.status, response.headers.get('x-answer')]).toEqual([200, 'yes'])
    expect(Buffer.compare(await read(response.body), content)).toBe(0)
  })

  it('reads no further ahead than its buffers while nobody reads', async () => {
    let sent = 0
    const { promise: isFull, resolve } = deferred()
    await using server = await serve((_, response) => {
      response.setHeader('content-length', 1 << 30)
      const more = () => {
        while (sent < 1 << 30) {
          sent += 1 << 16
          if (!response.write(content.subarray(0, 1 << 16))) break
        }
        resolve()
      }
      response.on('drain', more)
      more()
    })
    const response = await nodeFetch(server.url, init())
    await isFull
    const pieces = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    for (let i = 0; i < 20; i++) await pieces.next()
    expect(sent).toBeLessThan(1 << 27)
    await pieces.return?.()
    expect(await pieces.next()).toEqual({ done: true, value: undefined })
  })

  it('answers an empty body, and follows no redirect', async () => {
    await using server = await serve((_, response) => response.writeHead(302, { location: '/other' }).end())
    const response = await nodeFetch(server.url, init())
    expect(response.status).toBe(302)
    expect(await read(response.body)).toHaveLength(0)
  })

  it('waits for no body where there is none, whatever length is announced', async () => {
    await using server = await serveRaw('HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n', false)
    const { status, body } = await nodeFetch(server.url, init())
    expect([status, (await read(body)).length]).toEqual([304, 0])
  })

  it.each([
    ['ends within its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['ends within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf'],
  ])('fails where the connection %s, behind what came', async (_, answer) => {
    await using server = await serveRaw(answer)
    const { body } = await nodeFetch(server.url, init())
    const pieces = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    expect(Buffer.from((await pieces.next()).value ?? []).toString()).toBe('half')
    await expect(pieces.next()).rejects.toThrow()
  })

  it('rejects for a head that cannot be read, and for nobody who listens', async () => {
    await using server = await serveRaw('SPDY/9 what')
    await expect(nodeFetch(server.url, init())).rejects.toThrow()
    await expect(nodeFetch('http://127.0.0.1:1/', init())).rejects.toThrow()
  })

  it('rejects with the reason of its signal, before the head and within the body', async () => {
    await using silent = await serveRaw('', false)
    const early = new AbortController()
    const asking = nodeFetch(silent.url, init(early.signal))
    early.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
    await using slow = await serveRaw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n', false)
    const late = new AbortController()
    const { body } = await nodeFetch(slow.url, init(late.signal))
    const reading = read(body)
    late.abort(new Error('enough now'))
    await expect(reading).rejects.toThrow('enough now')
  })
})

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
