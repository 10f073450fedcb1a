import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { RequestListener, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGate, HttpError, owedFor, type PaidSession, serveFree } from '@sluice/http'
import { toNodeHandler } from '@sluice/http/node'
import { manualTimers, memoryPayments, rejectCode, serving } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CAR_TYPE } from './car/car-format.ts'
import { CarVerifier } from './car/verifier.ts'
import { beginPath } from './dag/path-walk.ts'
import { createGateway } from './gateway/handler.ts'
import { openCarFile } from './node/car-file.ts'
import { CarFolder } from './node/folder/car-folder.ts'
import { packFile } from './node/pack-file.ts'
import { isResumable, type RetrieveOptions, retrieve } from './retrieve.ts'
import { pbBlock, randomDag, rawBlock, sha256 } from './testing/random-dag.ts'
import { referenceCar } from './testing/reference-car.ts'
import { carBytes } from './testing/write-car.ts'

const PRICE = { amount: 7n, per: 100n }
const leaves = Array.from({ length: 40 }, (_, i) => rawBlock(Buffer.alloc(5_000, i)))
const root = pbBlock(leaves.map(({ cid }) => cid))
const car = carBytes([root.cid], [root, ...leaves])
const TOTAL = owedFor(PRICE, car.length)
const WINDOW = 20_000

/** A sink in memory. */
function memorySink() {
  const pieces: Uint8Array[] = []
  let isFinished = false
  return {
    write: (bytes: Uint8Array) => void pieces.push(bytes.slice()),
    finish: () => {
      isFinished = true
    },
    get bytes() {
      return Buffer.concat(pieces)
    },
    get isFinished() {
      return isFinished
    },
  }
}

function setup(of = root.cid) {
  const payments = memoryPayments()
  const sink = memorySink()
  const verifier = new CarVerifier(of, { sha256 })
  const options: Omit<RetrieveOptions, 'provider'> = {
    payer: payments.payer,
    limits: { maxAmount: 1n << 60n, tokens: [NATIVE_TOKEN] },
    verifier,
    sink,
    resume: { attempts: 2, delay: () => 0 },
  }
  return { payments, sink, verifier, options }
}

describe('retrieve', () => {
  let path: string
  let folder: CarFolder
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'sluice-retrieve-'))
    await writeFile(join(path, 'a.car'), carBytes([root.cid], [...leaves, root]))
    folder = await CarFolder.open(path)
  })
  afterEach(async () => {
    await folder.close()
    await rm(path, { recursive: true })
  })

  const provider = ({ payments }: ReturnType<typeof setup>, window = WINDOW): RequestListener => {
    const gate = createGate({ payee: payments.payee, price: PRICE, asset: NATIVE_TOKEN, window })
    return toNodeHandler(createGateway({ content: folder, serve: gate.serve }))
  }

  it('retrieves a DAG, checks every block, and pays exactly its price', async () => {
    const s = setup()
    await using server = await serving(provider(s))
    const progress: number[] = []
    const result = await retrieve({
      ...s.options,
      provider: server.origin,
      onProgress: ({ bytes }) => progress.push(bytes),
    })
    expect(s.sink.bytes.equals(car)).toBe(true)
    expect(s.sink.isFinished).toBe(true)
    expect(result).toMatchObject({ bytes: car.length, length: car.length, blocks: 41, paid: TOTAL })
    expect(s.payments.accepted(result.virtualId ?? '0x')).toBe(TOTAL)
    expect(s.payments.closed).toEqual([result.virtualId])
    expect(progress.at(-1)).toBe(car.length)
    expect(s.payments.payments.every((total, i, all) => i === 0 || total > (all[i - 1] ?? 0n))).toBe(true)
  })

  it('retrieves any DAG through a gate whose window is its longest block', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const dag = randomDag(seed, 15)
      const expected = referenceCar(dag.root, dag.blocks)
      await writeFile(join(path, 'b.car'), carBytes([dag.root], dag.blocks))
      const whole = await CarFolder.open(path)
      const s = setup(dag.root)
      const { step } = await whole.car({ key: '', begin: () => beginPath({ root: dag.root, path: [], scope: 'all' }) })
      const gate = createGate({ payee: s.payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: step })
      await using server = await serving(toNodeHandler(createGateway({ content: whole, serve: gate.serve })))
      const { paid } = await retrieve({ ...s.options, provider: server.origin })
      expect([s.sink.bytes.equals(expected), paid]).toEqual([true, owedFor(PRICE, expected.length)])
      await whole.close()
    }
  })

  it('retrieves for free where nothing is asked', async () => {
    const s = setup()
    await using server = await serving(toNodeHandler(createGateway({ content: folder, serve: serveFree })))
    const result = await retrieve({ ...s.options, provider: server.origin })
    expect([s.sink.bytes.equals(car), result.paid, s.payments.opened]).toEqual([true, 0n, []])
  })

  it('carries a real file through pack, serve, retrieve into a file', async () => {
    await writeFile(join(path, 'file'), Buffer.concat(leaves.map(({ bytes }) => bytes)))
    const { root: packed } = await packFile(join(path, 'file'), join(path, 'b.car'), { chunkSize: 7_000, width: 5 })
    const served = await CarFolder.open(path)
    const s = setup(packed)
    const gate = createGate({ payee: s.payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW })
    await using server = await serving(toNodeHandler(createGateway({ content: served, serve: gate.serve })))
    const { verifier, sink, close } = await openCarFile(join(path, 'copy'), packed)
    await retrieve({ ...s.options, verifier, sink, provider: server.origin })
    await close()
    expect(await readFile(join(path, 'copy'))).toEqual(await readFile(join(path, 'b.car')))
    await served.close()
  })

  it('resumes a dropped connection within a block, and in another process from the file', async () => {
    const s = setup()
    const listener = provider(s)
    let cuts = 2
    await using server = await serving((incoming, outgoing) => {
      if (incoming.headers['payment-signature'] !== undefined && cuts-- > 0) cutAfter(outgoing, 63_210)
      listener(incoming, outgoing)
    })
    let session: PaidSession | undefined
    const file = join(path, 'copy')
    const first = await openCarFile(file, root.cid)
    const attempt = retrieve({
      ...s.options,
      ...first,
      provider: server.origin,
      resume: { attempts: 1, delay: () => 0 },
      onSession: (kept) => {
        session = kept
        cuts = 1
      },
    })
    await attempt
    await first.close()
    expect((await readFile(file)).equals(car)).toBe(true)
    expect(s.payments.opened.length).toBe(1)
    expect(session).toBeDefined()
  })

  it('goes on in another process, having lost what was not written', async () => {
    const s = setup()
    const listener = provider(s)
    let isCut = true
    await using server = await serving((incoming, outgoing) => {
      if (incoming.headers['payment-signature'] !== undefined && isCut) cutAfter(outgoing, 63_210)
      listener(incoming, outgoing)
    })
    const file = join(path, 'copy')
    let kept = ''
    const first = await openCarFile(file, root.cid)
    const attempt = retrieve({
      ...s.options,
      ...first,
      provider: server.origin,
      resume: { attempts: 0, delay: () => 0 },
      onSession: (session) => {
        kept = JSON.stringify(session)
      },
    })
    await rejectCode(attempt, 'CONNECTION_LOST')
    expect(s.payments.closed).toEqual([])
    await first.close()
    isCut = false
    await writeFile(file, (await readFile(file)).subarray(0, 30_000))
    const second = await openCarFile(file, root.cid)
    const result = await retrieve({ ...s.options, ...second, session: JSON.parse(kept), provider: server.origin })
    await second.close()
    expect((await readFile(file)).equals(car)).toBe(true)
    expect([result.paid, s.payments.opened.length]).toEqual([TOTAL, 1])
  })

  it('pays what is left where everything came before the last payment', async () => {
    const s = setup()
    await using server = await serving(provider(s))
    let session: PaidSession | undefined
    const { payer } = s.options
    const pay: typeof payer.pay = (id, total) =>
      total === TOTAL ? Promise.reject(new Error('offline')) : payer.pay(id, total)
    const onSession = (kept: PaidSession) => {
      session = kept
    }
    const first = retrieve({ ...s.options, payer: { ...payer, pay }, onSession, provider: server.origin })
    await expect(first).rejects.toThrow('offline')
    if (session === undefined) throw new Error('no session')
    expect(s.verifier.isDone).toBe(true)
    const { paid, virtualId } = await retrieve({ ...s.options, session, provider: server.origin })
    expect([paid, s.payments.accepted(virtualId ?? '0x')]).toEqual([TOTAL, TOTAL])
  })

  it('closes V where the provider will not go on with it', async () => {
    const s = setup()
    let session: PaidSession | undefined
    const refusing: RequestListener = (_, outgoing) => outgoing.writeHead(402).end()
    {
      const listener = provider(s)
      await using server = await serving((incoming, outgoing) => {
        if (incoming.headers['payment-signature'] !== undefined) cutAfter(outgoing, 30_000)
        listener(incoming, outgoing)
      })
      const resume = { attempts: 0, delay: () => 0 }
      const onSession = (kept: PaidSession) => {
        session = kept
      }
      await rejectCode(retrieve({ ...s.options, provider: server.origin, resume, onSession }), 'CONNECTION_LOST')
    }
    if (session === undefined) throw new Error('no session')
    await using server = await serving(refusing)
    s.verifier.rewind()
    await rejectCode(retrieve({ ...s.options, session, provider: server.origin }), 'OFFER_CHANGED')
    expect(s.payments.closed.length).toBe(1)
  })

  it('stops at its spending limit with what it paid for', async () => {
    const s = setup()
    await using server = await serving(provider(s))
    const limits = { ...s.options.limits, maxAmount: TOTAL / 2n, allowPart: true }
    await rejectCode(retrieve({ ...s.options, limits, provider: server.origin }), 'SPENDING_LIMIT')
    expect(s.payments.payments.at(-1)).toBe(TOTAL / 2n)
    expect(s.payments.closed.length).toBe(1)
    expect(s.sink.bytes.equals(car.subarray(0, s.sink.bytes.length))).toBe(true)
  })

  it('a client that stops paying gets at most the window more', async () => {
    const s = setup()
    const timers = manualTimers()
    const gate = createGate({ payee: s.payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW, timers })
    await using server = await serving(toNodeHandler(createGateway({ content: folder, serve: gate.serve })))
    s.payments.hold(true)
    let hasWindow = () => {}
    const served = new Promise<void>((resolve) => {
      hasWindow = resolve
    })
    const failed = retrieve({
      ...s.options,
      provider: server.origin,
      resume: { attempts: 0, delay: () => 0 },
      onProgress: ({ bytes }) => {
        if (bytes > WINDOW - 5_100) hasWindow()
      },
    })
    await served
    await timers.armed()
    timers.fire()
    await rejectCode(failed, 'CONNECTION_LOST')
    expect(s.verifier.verifiedBytes).toBeLessThanOrEqual(WINDOW + 100)
  })

  it('leaves V open where the payer or the disk failed', async () => {
    for (const change of [
      { payer: (p: RetrieveOptions['payer']) => ({ ...p, pay: () => Promise.reject(new Error('offline')) }) },
      { sink: { write: () => Promise.reject(new Error('disk full')), finish: () => undefined } },
    ]) {
      const s = setup()
      await using server = await serving(provider(s))
      const payer = change.payer?.(s.options.payer) ?? s.options.payer
      const failed = retrieve({ ...s.options, payer, sink: change.sink ?? s.sink, provider: server.origin })
      await expect(failed).rejects.toThrow(/offline|disk full/)
      expect(s.payments.closed).toEqual([])
    }
  })

  it('answers 500 where the window is below the longest block, and the client says so', async () => {
    const s = setup()
    await using server = await serving(provider(s, 5_000))
    const error = await rejectCode(retrieve({ ...s.options, provider: server.origin }), 'RESPONSE_STATUS')
    expect(error.message).toContain('window')
  })
})

/** Breaks the connection after some bytes of the body. */
function cutAfter(outgoing: ServerResponse, bytes: number): void {
  let left = bytes
  const write = outgoing.write.bind(outgoing)
  outgoing.write = ((chunk: Uint8Array) => {
    if (left <= 0) return true
    const part = chunk.subarray(0, left)
    left -= part.length
    return left > 0 ? write(part) : write(part, () => outgoing.destroy())
  }) as ServerResponse['write']
}

describe('retrieve from a hostile provider', () => {
  /** Serves some bytes as the CAR, through an honest gate. */
  async function against(bytes: Uint8Array, changes: { window?: number; step?: number } = {}) {
    const s = setup()
    const gate = createGate({
      payee: s.payments.payee,
      price: PRICE,
      asset: NATIVE_TOKEN,
      window: changes.window ?? WINDOW,
    })
    const server = await serving(
      toNodeHandler((request) =>
        gate.serve(request, {
          key: '/x',
          etag: '"x"',
          length: bytes.length,
          type: CAR_TYPE,
          async *read(start, end) {
            for (let at = start; at < end; at += 999) yield bytes.subarray(at, Math.min(end, at + 999))
          },
        }),
      ),
    )
    return { ...s, server, run: () => retrieve({ ...s.options, provider: server.origin }) }
  }

  const withBlock = (i: number, bytes: Uint8Array) =>
    carBytes([root.cid], [root, ...leaves.map((leaf, n) => (n === i ? { ...leaf, bytes } : leaf))])
  const upTo = (i: number) => carBytes([root.cid], [root, ...leaves.slice(0, i)]).length

  it.each<[string, Uint8Array, string, number]>([
    ['a corrupted block', withBlock(20, Buffer.alloc(5_000, 99)), 'BLOCK_CORRUPT', upTo(20)],
    [
      'an uncalled-for block',
      carBytes([root.cid], [root, ...leaves.slice(0, 20), rawBlock(Buffer.from('x')), ...leaves.slice(20)]),
      'BLOCK_UNEXPECTED',
      upTo(20),
    ],
    ['a block left out', carBytes([root.cid], [root, ...leaves.slice(1)]), 'BLOCK_UNEXPECTED', upTo(0)],
    ['another DAG', carBytes([leaves[0]?.cid ?? root.cid], leaves), 'HEADER_UNEXPECTED', 0],
    ['a CAR that ends too early', carBytes([root.cid], [root, ...leaves.slice(0, 30)]), 'CAR_TRUNCATED', upTo(30)],
    [
      'an oversize length',
      Buffer.concat([car.subarray(0, upTo(10)), Buffer.alloc(20, 0xff)]),
      'BLOCK_LENGTH',
      upTo(10),
    ],
    ['bytes after the end', Buffer.concat([car, Buffer.alloc(10)]), 'CAR_TRAILING', car.length],
  ])('stops at %s, and pays for what stood before it alone', async (_, bytes, code, good) => {
    const s = await against(bytes)
    await using _server = s.server
    await rejectCode(s.run(), code)
    expect(s.sink.bytes.length).toBe(good)
    const paid = s.payments.payments.at(-1) ?? 0n
    expect(paid).toBe(owedFor(PRICE, good))
    expect([s.sink.isFinished, s.payments.closed.length]).toEqual([false, 1])
  })

  it('stops where a block does not fit the window', async () => {
    const s = await against(car, { window: 4_000 })
    await using _server = s.server
    await rejectCode(s.run(), 'BLOCK_BEYOND_WINDOW')
  })

  it('pays no more than the CAR where a longer body is announced, and says so', async () => {
    const s = setup()
    const gate = createGate({ payee: s.payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW })
    await using server = await serving(
      toNodeHandler((request) =>
        gate.serve(request, {
          key: '/x',
          etag: '"x"',
          length: 10 * car.length,
          type: CAR_TYPE,
          async *read() {
            yield car
            await new Promise((_, reject) =>
              request.signal.addEventListener('abort', () => reject(request.signal.reason)),
            )
          },
        }),
      ),
    )
    await rejectCode(retrieve({ ...s.options, provider: server.origin }), 'CAR_TRAILING')
    expect([s.sink.bytes.equals(car), s.payments.payments.at(-1)]).toEqual([true, TOTAL])
  })
})

describe('a retrieval that failed', () => {
  const refused = (status: number) => new HttpError('RESPONSE_STATUS', { status, reason: 'no' })

  it.each([429, 500, 503])('by %d may be gone on with on the same payment', (status) => {
    expect(isResumable(refused(status))).toBe(true)
  })

  it.each([400, 404, 410])('by %d may not', (status) => {
    expect(isResumable(refused(status))).toBe(false)
  })
})
