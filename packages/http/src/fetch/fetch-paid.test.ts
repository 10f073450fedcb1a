import type { RequestListener, ServerResponse } from 'node:http'
import { NATIVE_TOKEN, ProtocolError } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createGate } from '../gate/gate.ts'
import type { GateOptions } from '../gate/gate-state.ts'
import { encodeHeader } from '../headers/header-json.ts'
import { type Offer, offerToJson } from '../headers/offer.ts'
import { owedFor } from '../headers/price.ts'
import type { PaidSession } from '../headers/session.ts'
import { toNodeHandler } from '../node/node-handler.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { rejectCode } from '../testing/expect-code.ts'
import { manualTimers } from '../testing/manual-timers.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { serving } from '../testing/serving.ts'
import { type FetchPaidOptions, fetchPaid } from './fetch-paid.ts'
import type { PaidResponse } from './paid-response.ts'

const LENGTH = 200_000
const WINDOW = 50_000
const PRICE = { amount: 3n, per: 10n }
const TOTAL = owedFor(PRICE, LENGTH)
const bytes = patternBytes(LENGTH)
const resource = bytesResource(bytes, 7_000)

type Wrap = (listener: RequestListener) => RequestListener

function setup(changes: Partial<GateOptions> = {}) {
  const payments = memoryPayments()
  const gate = createGate({ payee: payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW, ...changes })
  const errors: unknown[] = []
  const listener = toNodeHandler((request) => gate.serve(request, resource), { onError: (error) => errors.push(error) })
  const options: FetchPaidOptions = {
    payer: payments.payer,
    limits: { maxAmount: TOTAL, tokens: [NATIVE_TOKEN] },
    resume: { attempts: 3, delay: () => 0 },
  }
  return { payments, gate, listener, options, errors, start: (wrap: Wrap = (l) => l) => serving(wrap(listener)) }
}

/** Reads everything and accepts each piece. */
async function take(response: PaidResponse, from = 0): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let at = from
  for await (const piece of response.body) {
    pieces.push(piece)
    at += piece.length
    response.accept(at)
  }
  await response.settled()
  return Buffer.concat(pieces)
}

/** Breaks the connection after some bytes of each of the first bodies. */
function dropping(after: number, times: number): Wrap {
  let left = times
  return (listener) => (incoming, outgoing) => {
    const isBody = incoming.headers['payment-signature'] !== undefined
    if (isBody && left > 0) {
      left -= 1
      let sent = 0
      const write = outgoing.write.bind(outgoing)
      outgoing.write = ((chunk: Uint8Array) => {
        const isCut = sent >= after
        sent += chunk.length
        if (isCut) return true
        if (sent < after) return write(chunk)
        write(chunk.subarray(0, 100), () => outgoing.destroy())
        return true
      }) as ServerResponse['write']
    }
    listener(incoming, outgoing)
  }
}

describe('fetchPaid', () => {
  it('pays from the byte on that is wanted first, and goes on so in another process', async () => {
    const { payments, options, start } = setup()
    await using server = await start()
    let session: PaidSession | undefined
    const keep = (kept: PaidSession) => {
      session = kept
    }
    const limits = { maxAmount: owedFor(PRICE, 150_000), tokens: [NATIVE_TOKEN] }
    const response = await fetchPaid(server.origin, { ...options, limits, from: 50_000, onSession: keep })
    let at = 50_000
    for await (const piece of response.body) {
      at += piece.length
      response.accept(at)
      if (at > 120_000) break
    }
    response.cancel()
    await response.settled()
    expect(response.paid).toBe(owedFor(PRICE, at - 50_000))
    if (session === undefined) throw new Error('no session was kept')
    const later = await fetchPaid(server.origin, { ...options, limits, resumeFrom: { session, offset: at } })
    expect((await take(later, at)).equals(bytes.subarray(at))).toBe(true)
    expect(later.paid).toBe(owedFor(PRICE, 150_000))
    expect(payments.opened.length).toBe(1)
  })

  it('passes over the bytes that are there where a free server answers the whole', async () => {
    const { options } = setup()
    await using server = await serving((_, outgoing) => outgoing.end(bytes))
    const response = await fetchPaid(server.origin, { ...options, from: 12_345 })
    expect((await take(response, 12_345)).equals(bytes.subarray(12_345))).toBe(true)
  })

  it('pays for all of a resource, exactly', async () => {
    const { payments, options, start, errors } = setup()
    await using server = await start()
    const response = await fetchPaid(`${server.origin}/thing`, options)
    expect((await take(response)).equals(bytes)).toBe(true)
    expect([response.paid, response.length]).toEqual([TOTAL, LENGTH])
    expect(payments.accepted(response.virtualId ?? '0x')).toBe(TOTAL)
    expect(response.payments).toBe(payments.payments.length + 1)
    expect(payments.opened).toMatchObject([{ capacity: TOTAL, first: 1n, payee: payments.payee.signer }])
    expect([payments.closed, errors]).toEqual([[], []])
  })

  it('pays nothing where nothing is asked', async () => {
    const { payments, options, start } = setup({ price: { amount: 0n, per: 1n } })
    await using server = await start()
    const response = await fetchPaid(server.origin, options)
    expect((await take(response)).equals(bytes)).toBe(true)
    expect([response.paid, response.offer, payments.opened]).toEqual([0n, undefined, []])
  })

  it('opens nothing for an offer outside its limits', async () => {
    const { payments, options, start } = setup()
    await using server = await start()
    const limits = { ...options.limits, maxAmount: TOTAL - 1n }
    await rejectCode(fetchPaid(server.origin, { ...options, limits }), 'OFFER_AMOUNT')
    const refused = fetchPaid(server.origin, {
      ...options,
      onOffer: () => {
        throw new Error('not today')
      },
    })
    await expect(refused).rejects.toThrow('not today')
    expect(payments.opened).toEqual([])
  })

  it('stops at its spending limit, having paid it and no more', async () => {
    const { payments, options, start } = setup()
    await using server = await start()
    const limits = { ...options.limits, maxAmount: 6000n, allowPart: true }
    const response = await fetchPaid(server.origin, { ...options, limits })
    await rejectCode(take(response), 'SPENDING_LIMIT')
    await response.settled()
    expect([response.paid, payments.opened[0]?.capacity]).toEqual([6000n, 6000n])
  })

  it('does not accept bytes that it never received', async () => {
    const { options, start } = setup()
    await using server = await start()
    const response = await fetchPaid(server.origin, options)
    expect(() => response.accept(1)).toThrow('1 bytes were accepted')
    response.cancel()
  })

  it('resumes dropped connections unseen and pays nothing twice', async () => {
    const { payments, options, start } = setup()
    await using server = await start(dropping(40_000, 3))
    const response = await fetchPaid(server.origin, options)
    expect((await take(response)).equals(bytes)).toBe(true)
    expect([response.resumed, response.paid]).toEqual([3, TOTAL])
    expect(payments.opened.length).toBe(1)
  })

  it('gives up on a connection that keeps dropping', async () => {
    const { options, start } = setup()
    await using server = await start((listener) => (incoming, outgoing) => {
      if (incoming.headers.range === undefined) dropping(40_000, 1)(listener)(incoming, outgoing)
      else outgoing.destroy()
    })
    const response = await fetchPaid(server.origin, options)
    await rejectCode(take(response), 'CONNECTION_LOST')
  })

  it('goes on in another process on the same V', async () => {
    const { payments, options, start } = setup()
    await using server = await start(dropping(90_000, 1))
    let kept = ''
    const first = await fetchPaid(`${server.origin}/thing`, {
      ...options,
      resume: { attempts: 0, delay: () => 0 },
      onSession: (session) => {
        kept = JSON.stringify(session)
      },
    })
    let have = 0
    const reading = (async () => {
      for await (const piece of first.body) {
        have += piece.length
        first.accept(have)
      }
    })()
    await rejectCode(reading, 'CONNECTION_LOST')
    await first.settled()
    const session: PaidSession = JSON.parse(kept)
    const second = await fetchPaid(session.url, { ...options, resumeFrom: { session, offset: have } })
    expect((await take(second, have)).equals(bytes.subarray(have))).toBe(true)
    expect([second.paid, payments.opened.length]).toEqual([TOTAL, 1])
    expect(second.virtualId).toBe(first.virtualId)
  })

  it('pays what is missing where all had come, without asking again', async () => {
    const { options, start } = setup()
    const server = await start()
    const first = await fetchPaid(server.origin, options)
    let received = 0
    for await (const piece of first.body) {
      received += piece.length
      first.accept(Math.min(received, LENGTH - WINDOW / 2))
    }
    await server[Symbol.asyncDispose]()
    if (first.session === undefined) throw new Error('no session')
    const resumeFrom = { session: first.session, offset: LENGTH }
    const second = await fetchPaid(server.origin, { ...options, resumeFrom })
    expect((await take(second, LENGTH)).length).toBe(0)
    second.accept(LENGTH)
    await second.settled()
    expect(second.paid).toBe(TOTAL)
  })

  it('takes a payment that was made before for paid', async () => {
    const { payments, options, start } = setup()
    await using server = await start()
    const pay: typeof payments.payer.pay = async (id, total) => {
      if (total <= payments.accepted(id)) throw new ProtocolError('PAYMENT_NOT_ABOVE', { amount: total, highest: 0n })
      await payments.payer.pay(id, total)
    }
    const first = await fetchPaid(server.origin, options)
    await take(first)
    if (first.session === undefined) throw new Error('no session')
    const payer = { ...payments.payer, pay }
    const resumeFrom = { session: first.session, offset: LENGTH - 10_000 }
    const second = await fetchPaid(server.origin, { ...options, payer, resumeFrom })
    expect((await take(second, LENGTH - 10_000)).length).toBe(10_000)
    expect(second.paid).toBe(TOTAL)
  })

  it('fails where a payment fails', async () => {
    const { payments, options, start } = setup()
    await using server = await start()
    const payer = { ...payments.payer, pay: () => Promise.reject(new Error('the channel is gone')) }
    const response = await fetchPaid(server.origin, { ...options, payer })
    await expect(take(response)).rejects.toThrow('the channel is gone')
    await expect(response.settled()).rejects.toThrow('the channel is gone')
  })

  it('stops when told', async () => {
    const { options, start } = setup()
    await using server = await start()
    const control = new AbortController()
    const response = await fetchPaid(server.origin, { ...options, signal: control.signal })
    const reading = (async () => {
      for await (const _ of response.body) control.abort(new Error('enough'))
    })()
    await expect(reading).rejects.toThrow('enough')
  })

  it('says that nobody answers', async () => {
    const { options } = setup()
    const server = await serving(() => undefined)
    await server[Symbol.asyncDispose]()
    await rejectCode(fetchPaid(server.origin, options), 'SERVER_UNREACHABLE')
  })
})

describe('fetchPaid against a hostile server', () => {
  const offerOf = ({ payments }: ReturnType<typeof setup>): Offer => ({
    network: payments.payee.network,
    amount: TOTAL,
    asset: NATIVE_TOKEN,
    payTo: payments.payee.account,
    maxTimeoutSeconds: 30,
    signer: payments.payee.signer,
    price: PRICE,
    window: WINDOW,
    hubs: [],
    contract: payments.payee.contract,
    length: LENGTH,
  })

  const demand = (outgoing: ServerResponse, offer: object) => {
    const required = encodeHeader({ x402Version: 2, error: 'pay', resource: { url: 'x' }, accepts: [offer] })
    outgoing.writeHead(402, { 'PAYMENT-REQUIRED': required }).end('{}')
  }

  /** Demands payment as it should, and answers what is paid by `answer`. */
  async function against(
    answer: (outgoing: ServerResponse, range: string | undefined, offer: Offer) => void,
    changes: Partial<FetchPaidOptions> = {},
  ) {
    const s = setup()
    const offer = offerOf(s)
    const server = await serving((incoming, outgoing) => {
      if (incoming.headers['payment-signature'] === undefined) demand(outgoing, offerToJson(offer))
      else answer(outgoing, incoming.headers.range, offer)
    })
    return { ...s, server, run: () => fetchPaid(server.origin, { ...s.options, ...changes }) }
  }

  it.each([
    ['price', (o: Offer): Offer => ({ ...o, price: { amount: 30n, per: 10n }, amount: TOTAL * 10n })],
    ['network', (o: Offer): Offer => ({ ...o, network: 'eip155:1' })],
    ['asset', (o: Offer): Offer => ({ ...o, asset: o.signer })],
  ])('pays nothing more when the second answer asks another %s', async (_, change) => {
    const s = await against((outgoing, _range, offer) => demand(outgoing, offerToJson(change(offer))))
    await using _server = s.server
    await rejectCode(s.run(), 'OFFER_CHANGED')
    expect(s.payments.payments).toEqual([])
    expect(s.payments.closed.length).toBe(1)
  })

  it.each<[string, string, (outgoing: ServerResponse) => void]>([
    ['a redirect', 'RESPONSE_REDIRECT', (o) => o.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end()],
    ['an encoded body', 'RESPONSE_ENCODED', (o) => o.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x')],
    [
      'a longer body announced',
      'RESPONSE_LENGTH',
      (o) => o.writeHead(200, { 'Content-Length': LENGTH + 1 }).write('x'),
    ],
    ['a shorter body announced', 'RESPONSE_LENGTH', (o) => o.writeHead(200, { 'Content-Length': 5 }).end('12345')],
    ['an error', 'RESPONSE_STATUS', (o) => o.writeHead(500).end('{"message":"no \\u001b[31mluck"}')],
    ['a part that was not asked for', 'RESPONSE_STATUS', (o) => o.writeHead(206).end('x')],
    ['headers without end', 'SERVER_UNREACHABLE', (o) => o.writeHead(200, { 'X-Much': 'x'.repeat(40_000) }).end('x')],
    ['no answer', 'SERVER_UNREACHABLE', (o) => o.destroy()],
  ])('closes V after %s', async (_, code, answer) => {
    const s = await against(answer)
    await using _server = s.server
    const error = await rejectCode(s.run(), code)
    expect(error.message).not.toContain('\u001b')
    expect([s.payments.payments, s.payments.closed.length]).toEqual([[], 1])
  })

  it('refuses more bytes than were offered', async () => {
    const s = await against((outgoing) => {
      outgoing.writeHead(200, { ETag: '"a"' })
      outgoing.end(Buffer.concat([bytes, bytes.subarray(0, 1)]))
    })
    await using _server = s.server
    await rejectCode(take(await s.run()), 'RESPONSE_LENGTH')
  })

  const half = (outgoing: ServerResponse, etag = '"a"') => {
    outgoing.writeHead(200, { ETag: etag, 'Content-Length': LENGTH })
    outgoing.write(bytes.subarray(0, LENGTH / 2), () => outgoing.destroy())
  }
  const rest = (start: number, changes: object = {}) => ({
    ETag: '"a"',
    'Content-Range': `bytes ${start}-${LENGTH - 1}/${LENGTH}`,
    ...changes,
  })

  it.each<[string, string, (outgoing: ServerResponse, start: number) => void]>([
    ['another ETag', 'RESPONSE_CHANGED', (o, s) => o.writeHead(206, rest(s, { ETag: '"b"' })).end(bytes.subarray(s))],
    ['no ETag', 'RESPONSE_CHANGED', (o, s) => o.writeHead(206, { 'Content-Range': rest(s)['Content-Range'] }).end('x')],
    ['the whole again', 'RESPONSE_CHANGED', (o) => o.writeHead(200, { ETag: '"a"' }).end(bytes)],
    ['another range', 'RESPONSE_RANGE', (o, s) => o.writeHead(206, rest(s - 1)).end(bytes.subarray(s - 1))],
    [
      'another total',
      'RESPONSE_RANGE',
      (o, s) => o.writeHead(206, rest(s, { 'Content-Range': `bytes ${s}-${LENGTH}/${LENGTH + 1}` })).end('x'),
    ],
    ['no range', 'RESPONSE_RANGE', (o) => o.writeHead(206, { ETag: '"a"' }).end('x')],
    ['a new demand', 'OFFER_CHANGED', (o) => o.writeHead(402).end()],
    ['416', 'RESPONSE_STATUS', (o) => o.writeHead(416).end()],
  ])('refuses to resume on %s', async (_, code, answer) => {
    const s = await against((outgoing, range) => {
      if (range === undefined) half(outgoing)
      else answer(outgoing, Number(/\d+/.exec(range)?.[0]))
    })
    await using _server = s.server
    await rejectCode(take(await s.run()), code)
    const paid = s.payments.payments.at(-1) ?? 0n
    expect(paid <= owedFor(PRICE, LENGTH / 2)).toBe(true)
  })

  it.each([503, 429])('resumes through passing refusals of %d', async (status) => {
    let failures = 2
    const s = await against((outgoing, range) => {
      if (range === undefined) return half(outgoing)
      if (failures-- > 0) return outgoing.writeHead(status).end()
      const start = Number(/\d+/.exec(range)?.[0])
      return outgoing.writeHead(206, rest(start)).end(bytes.subarray(start))
    })
    await using _server = s.server
    expect((await take(await s.run())).equals(bytes)).toBe(true)
  })

  it('does not resume without a strong ETag', async () => {
    const s = await against((outgoing) => half(outgoing, 'W/"a"'))
    await using _server = s.server
    await rejectCode(take(await s.run()), 'CONNECTION_LOST')
  })

  it('gives up on a server that stops', async () => {
    const timers = manualTimers()
    const s = await against(
      (outgoing) => {
        outgoing.writeHead(200, { ETag: '"a"', 'Content-Length': LENGTH })
        outgoing.write(bytes.subarray(0, 1000))
      },
      { timers },
    )
    await using _server = s.server
    const response = await s.run()
    let first = () => {}
    const began = new Promise<void>((resolve) => {
      first = resolve
    })
    const reading = (async () => {
      for await (const _ of response.body) first()
    })()
    await began
    await timers.armed()
    timers.fire()
    await rejectCode(reading, 'PROVIDER_STALLED')
  })

  it('does not wait for a reason that drips', async () => {
    const timers = manualTimers()
    const s = setup()
    await using server = await serving((_, outgoing) => {
      outgoing.writeHead(404).write('n')
    })
    const fetching = fetchPaid(server.origin, { ...s.options, timers, stallTimeout: 60_000 })
    await timers.armed(5_000)
    timers.fire(5_000)
    await rejectCode(fetching, 'RESPONSE_STATUS')
  })

  it('gives up on a server that never answers', async () => {
    const timers = manualTimers()
    const s = setup()
    let asked = () => {}
    const arrived = new Promise<void>((resolve) => {
      asked = resolve
    })
    await using server = await serving(() => asked())
    const fetching = fetchPaid(server.origin, { ...s.options, timers })
    await arrived
    timers.fire()
    await rejectCode(fetching, 'PROVIDER_STALLED')
  })

  it.each([
    ['no offer', undefined, 'OFFER_MISSING'],
    ['an oversize offer', 'A'.repeat(9000), 'HEADER_OVERSIZE'],
    ['a malformed offer', '%%%%', 'HEADER_MALFORMED'],
  ])('refuses a demand with %s', async (_, header, code) => {
    const s = setup()
    await using server = await serving((_incoming, outgoing) => {
      outgoing.writeHead(402, header === undefined ? {} : { 'PAYMENT-REQUIRED': header }).end()
    })
    await rejectCode(fetchPaid(server.origin, s.options), code)
    expect(s.payments.opened).toEqual([])
  })
})
