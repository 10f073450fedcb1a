import type { RequestListener, ServerResponse } from 'node:http'
import { createGate, owedFor, serveFree } from '@sluice/http'
import { nodeFetch, toNodeHandler } from '@sluice/http/node'
import { memoryPayments, rejectCode, serving } from '@sluice/http/testing'
import { type Id, NATIVE_TOKEN } from '@sluice/protocol'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { CarVerifier } from './car/verifier.ts'
import { type DagQuery, dagPart } from './dag/path-walk.ts'
import { createGateway } from './gateway/handler.ts'
import type { CarFolder } from './node/folder/car-folder.ts'
import { hashes } from './node/hashes.ts'
import { type RetrieveAnyOptions, retrieveAny } from './retrieve-any.ts'
import { openFolderOf } from './testing/open-folder.ts'
import { type Block, pbBlock, rawBlock, sha256 } from './testing/random-dag.ts'
import { cidsIn } from './testing/read-car.ts'
import { unixFsTree } from './testing/unixfs-tree.ts'
import { carBytes } from './testing/write-car.ts'

const PRICE = { amount: 7n, per: 100n }
const WINDOW = 20_000
const leaves = Array.from({ length: 40 }, (_, i) => rawBlock(Buffer.alloc(5_000, i)))
const root = pbBlock(leaves.map(({ cid }) => cid))
const car = carBytes([root.cid], [root, ...leaves])
const TOTAL = owedFor(PRICE, car.length)

function setup(of: CID = root.cid, query?: DagQuery) {
  const payments = memoryPayments()
  const pieces: Uint8Array[] = []
  const left: string[] = []
  const ids: Id[] = []
  const options: Omit<RetrieveAnyOptions, 'providers'> = {
    payer: {
      ...payments.payer,
      open: async (wanted) => {
        const opened = await payments.payer.open(wanted)
        ids.push(opened.virtualId)
        return opened
      },
    },
    limits: { maxAmount: 1n << 60n, tokens: [NATIVE_TOKEN] },
    verifier: new CarVerifier(of, { sha256, hashes, ...(query && { part: dagPart(query) }) }),
    sink: { write: (bytes) => void pieces.push(Uint8Array.from(bytes)), finish: () => {} },
    fetch: nodeFetch,
    onLeft: (provider) => left.push(provider),
  }
  const sold = (content: CarFolder): RequestListener => {
    const gate = createGate({ payee: payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW })
    return toNodeHandler(createGateway({ content, serve: gate.serve }))
  }
  const got = () => Buffer.concat(pieces)
  const paid = () => ids.reduce((sum, id) => sum + payments.accepted(id), 0n)
  return { payments, options, left, sold, got, paid }
}

/** Ends the connection once so many bytes of the whole have left, and every one after. */
function dying(after: number): (listener: RequestListener) => RequestListener {
  let sent = 0
  return (listener) => (incoming, outgoing) => {
    if (sent >= after) {
      incoming.destroy()
      return
    }
    const write = outgoing.write.bind(outgoing)
    outgoing.write = ((chunk: Uint8Array) => {
      const rest = after - sent
      sent += chunk.length
      if (chunk.length < rest) return write(chunk)
      write(chunk.subarray(0, Math.max(0, rest)), () => outgoing.destroy())
      return true
    }) as ServerResponse['write']
    listener(incoming, outgoing)
  }
}

describe('retrieveAny', () => {
  it.each([10, 50, 99])(
    'goes on at the next provider where the first is gone at %d %, and pays no byte twice',
    async (percent) => {
      await using folder = await openFolderOf([root, ...leaves])
      const s = setup()
      await using first = await serving(dying((car.length * percent) / 100)(s.sold(folder)))
      await using second = await serving(s.sold(folder))
      const paid: bigint[] = []
      const onProgress: RetrieveAnyOptions['onProgress'] = (progress) => paid.push(progress.paid)
      const providers = [first.origin, second.origin]
      const result = await retrieveAny({ ...s.options, providers, onProgress })
      expect(s.got().equals(car)).toBe(true)
      expect([s.left, result.provider]).toEqual([[first.origin], second.origin])
      expect(s.payments.opened).toHaveLength(2)
      expect(s.payments.closed).toHaveLength(2)
      // Each provider rounds up once.
      expect(s.paid()).toBeGreaterThanOrEqual(TOTAL)
      expect(s.paid()).toBeLessThanOrEqual(TOTAL + 1n)
      expect(result.paid).toBe(s.paid())
      expect(paid.every((amount, i) => i === 0 || amount >= (paid[i - 1] ?? 0n))).toBe(true)
    },
  )

  it('leaves a provider that sends a wrong block, and one that is not there', async () => {
    await using folder = await openFolderOf([root, ...leaves])
    const s = setup()
    const wrong = Buffer.from(car)
    wrong[wrong.length - 30_000] = 0xee
    const gate = createGate({ payee: s.payments.payee, price: PRICE, asset: NATIVE_TOKEN, window: WINDOW })
    const lie = {
      ...{ key: '/x', etag: '"x"', length: wrong.length, type: 'application/vnd.ipld.car' },
      async *read(start: number, end: number) {
        yield wrong.subarray(start, end)
      },
    }
    await using liar = await serving(toNodeHandler((request) => gate.serve(request, lie)))
    await using honest = await serving(s.sold(folder))
    const providers = ['http://127.0.0.1:1', liar.origin, honest.origin]
    await retrieveAny({ ...s.options, providers })
    expect(s.got().equals(car)).toBe(true)
    expect(s.left).toEqual(providers.slice(0, 2))
    expect(s.paid()).toBeLessThanOrEqual(TOTAL + 1n)
  })

  it('asks nobody for what is there already', async () => {
    const s = setup()
    s.options.verifier.write(car)
    const result = await retrieveAny({ ...s.options, providers: ['http://127.0.0.1:1'] })
    expect([result.bytes, result.paid, s.left]).toEqual([car.length, 0n, []])
  })

  it('spends no more than its limit over all', async () => {
    await using folder = await openFolderOf([root, ...leaves])
    const s = setup()
    await using first = await serving(dying(car.length / 2)(s.sold(folder)))
    await using second = await serving(s.sold(folder))
    const limits = { maxAmount: TOTAL - 100n, tokens: [NATIVE_TOKEN], allowPart: true }
    await rejectCode(retrieveAny({ ...s.options, limits, providers: [first.origin, second.origin] }), 'SPENDING_LIMIT')
    expect(s.paid()).toBe(TOTAL - 100n)
  })

  it('counts a payment against its limit that was made though it failed', async () => {
    await using folder = await openFolderOf([root, ...leaves])
    const s = setup()
    await using first = await serving(s.sold(folder))
    await using second = await serving(s.sold(folder))
    const { payer } = s.options
    let failing: Id | undefined
    const lossy: typeof payer = {
      ...payer,
      async pay(id, total) {
        await payer.pay(id, total)
        failing ??= id
        if (id === failing) throw new Error('the answer was lost')
      },
    }
    const limits = { maxAmount: TOTAL / 2n, tokens: [NATIVE_TOKEN], allowPart: true }
    const providers = [first.origin, second.origin]
    await rejectCode(retrieveAny({ ...s.options, payer: lossy, limits, providers }), 'SPENDING_LIMIT')
    expect(s.left).toEqual([first.origin])
    expect(s.paid()).toBe(TOTAL / 2n)
  })

  it('asks no other provider where its own disk is full, or what is wanted is not there', async () => {
    await using folder = await openFolderOf([root, ...leaves])
    const s = setup()
    await using one = await serving(s.sold(folder))
    const providers = [one.origin, one.origin]
    const sink = { write: () => Promise.reject(new Error('no space left')), finish: () => {} }
    await expect(retrieveAny({ ...s.options, sink, providers })).rejects.toThrow('no space left')
    expect(s.left).toEqual([])
  })
})

describe('a part of a DAG', () => {
  const contents = { 'a/file': Buffer.alloc(5000, 1), 'a/other': Buffer.alloc(700, 2), b: Buffer.alloc(300, 3) }
  contents['a/file'].forEach((_, i, all) => {
    all[i] = i % 251
  })

  const part = (path: readonly string[], more: Partial<DagQuery> = {}): DagQuery => ({ path, scope: 'all', ...more })

  it.each([
    ['a file behind a path', part(['a', 'file'])],
    ['a directory behind a path', part(['a'])],
    ['a directory without its entries', part(['a'], { scope: 'entity' })],
    ['a block behind a path', part(['b'], { scope: 'block' })],
    ['bytes of a file', part(['a', 'file'], { scope: 'entity', bytes: { from: 1000, to: 1999 } })],
    ['the end of a file', part(['a', 'file'], { scope: 'entity', bytes: { from: -10, to: undefined } })],
  ])('is verified and paid for: %s', async (_, query) => {
    for (const isSharded of [false, true]) {
      const tree = await unixFsTree(contents, { isSharded })
      await using folder = await openFolderOf(tree.blocks)
      const s = setup(tree.root, query)
      await using server = await serving(s.sold(folder))
      const result = await retrieveAny({ ...s.options, providers: [server.origin] })
      expect(result.paid).toBe(owedFor(PRICE, s.got().length))
      const cars = await cidsIn(s.got())
      const end = tree.cids.get(query.path.join('/'))
      expect(cars.roots).toEqual([end === undefined ? expect.any(String) : String(end)])
      expect(cars.blocks.length).toBe(result.blocks)
    }
  })

  it('stops where the path leads nowhere, or the header has another root than the path leads to', async () => {
    const tree = await unixFsTree(contents)
    await using folder = await openFolderOf(tree.blocks)
    const s = setup(tree.root, part(['a', 'none']))
    await using server = await serving(toNodeHandler(createGateway({ content: folder, serve: serveFree })))
    await rejectCode(retrieveAny({ ...s.options, providers: [server.origin] }), 'RESPONSE_STATUS')
    const blockOf = (cid: CID | undefined) => tree.blocks.find((block) => cid?.equals(block.cid) === true) as Block
    const onTheWay = [blockOf(tree.root), blockOf(tree.cids.get('b'))]
    const lying = carBytes([tree.root], onTheWay)
    await using liar = await serving((_, outgoing) => outgoing.end(lying))
    const t = setup(tree.root, part(['b'], { scope: 'block' }))
    await rejectCode(retrieveAny({ ...t.options, providers: [liar.origin] }), 'HEADER_UNEXPECTED')
  })
})
