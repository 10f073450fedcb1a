import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createGate } from '../gate/gate.ts'
import { serveFree } from '../gate/representation.ts'
import { decodePaymentRequired } from '../headers/payment-required.ts'
import { decodePaymentResponse } from '../headers/payment-response.ts'
import { encodePaymentSignature } from '../headers/payment-signature.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { manualTimers } from '../testing/manual-timers.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { serving } from '../testing/serving.ts'
import { toNodeHandler } from './node-handler.ts'

const PRICE = { amount: 1n, per: 100n }
const bytes = patternBytes(100_000)

function getRaw(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(url, { headers, agent: false }, resolve).on('error', reject))
}

async function drain(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A gate whose client has paid for everything. */
async function prepaid() {
  const payments = memoryPayments()
  const gate = createGate({ payee: payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: 5000 })
  const server = await serving(toNodeHandler((request) => gate.serve(request, bytesResource(bytes))))
  const demand = await getRaw(server.origin, {})
  await drain(demand)
  const offer = decodePaymentRequired(String(demand.headers['payment-required'])).offers[0]
  if (offer === undefined) throw new Error('no offer')
  const total = offer.amount
  const virtual = await payments.payer.open({
    payee: offer.signer,
    payeeAccount: offer.payTo,
    hubs: [],
    token: offer.asset,
    capacity: total,
    first: total,
  })
  const header = encodePaymentSignature({ accepted: offer, ...virtual })
  return { server, header, total }
}

describe('toNodeHandler', () => {
  it('tells the final charge in a trailer to whoever takes trailers', async () => {
    const { server, header, total } = await prepaid()
    await using _server = server
    const message = await getRaw(server.origin, { 'PAYMENT-SIGNATURE': header, TE: 'trailers' })
    expect(message.headers['transfer-encoding']).toBe('chunked')
    expect((await drain(message)).equals(bytes)).toBe(true)
    const settled = decodePaymentResponse(String(message.trailers['payment-response']))
    expect(settled).toMatchObject({ charged: total, served: bytes.length })
  })

  it('sends a Content-Length to everybody else', async () => {
    const { server, header } = await prepaid()
    await using _server = server
    const message = await getRaw(server.origin, { 'PAYMENT-SIGNATURE': header })
    expect(message.headers['content-length']).toBe(String(bytes.length))
    expect((await drain(message)).equals(bytes)).toBe(true)
    expect(message.trailers).toEqual({})
  })

  it('breaks the connection where a body fails, so that it does not look whole', async () => {
    const failing = bytesResource(bytes, 1000, {
      async *read() {
        yield bytes.subarray(0, 1000)
        throw new Error('the disk is gone')
      },
    })
    const errors: unknown[] = []
    await using server = await serving(
      toNodeHandler(async (request) => serveFree(request, failing), { onError: (error) => errors.push(error) }),
    )
    const message = await getRaw(server.origin, {})
    await expect(drain(message)).rejects.toThrow('aborted')
    expect(String(errors[0])).toContain('the disk is gone')
  })

  it('answers 500 and tells nothing of an unknown fault', async () => {
    const errors: unknown[] = []
    const fail = toNodeHandler(() => Promise.reject(new Error('secret')), { onError: (error) => errors.push(error) })
    await using server = await serving(fail)
    const message = await getRaw(server.origin, {})
    expect(message.statusCode).toBe(500)
    expect((await drain(message)).toString()).not.toContain('secret')
    expect(errors.length).toBe(1)
  })

  it('stops producing for a client that does not read, and lets go of it in time', async () => {
    const timers = manualTimers()
    let produced = 0
    let released = () => {}
    const done = new Promise<void>((resolve) => {
      released = resolve
    })
    const endless = bytesResource(bytes, 1000, {
      length: 2 ** 40,
      async *read() {
        try {
          for (;;) {
            produced += bytes.length
            yield bytes
          }
        } finally {
          released()
        }
      },
    })
    await using server = await serving(toNodeHandler(async (request) => serveFree(request, endless), { timers }))
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
    socket.pause()
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await timers.armed()
    const before = produced
    expect(before).toBeLessThan(64 << 20)
    timers.fire()
    // Whatever drained meanwhile arms a new timer; the body ends at the latest when the socket is full for good.
    for (let ended = false; !ended; ) {
      ended = await Promise.race([done.then(() => true), timers.armed().then(() => false)])
      timers.fire()
    }
    socket.destroy()
    expect(produced).toBeLessThan(64 << 20)
  })

  it('ends the body of a client that goes away', async () => {
    let released = () => {}
    const done = new Promise<void>((resolve) => {
      released = resolve
    })
    const endless = bytesResource(bytes, 1000, {
      length: 2 ** 40,
      async *read() {
        try {
          for (;;) yield bytes
        } finally {
          released()
        }
      },
    })
    await using server = await serving(toNodeHandler(async (request) => serveFree(request, endless)))
    const message = await getRaw(server.origin, {})
    message.destroy()
    message.on('error', () => undefined)
    await done
  })

  it.each(['GET http://evil/ HTTP/1.1\r\nHost: a', 'GET * HTTP/1.1\r\nHost: a', 'GET / HTTP/1.1\r\nHost: a/other?'])(
    'answers 400 to %s',
    async (line) => {
      await using server = await serving(toNodeHandler(async (request) => serveFree(request, bytesResource(bytes))))
      const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
      socket.write(`${line}\r\nConnection: close\r\n\r\n`)
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk)
      expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 /)
    },
  )
})
