import { encode as encodeJson } from '@ipld/dag-json'
import { expectCode } from '@sluice/http/testing'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { type Block, blockOf, cborBlock, identityCid, pbBlock, rawBlock } from '../testing/random-dag.ts'
import { unixFsTree } from '../testing/unixfs-tree.ts'
import { CBOR, DAG_CBOR, DAG_JSON, DAG_PB, IDENTITY, JSON_PLAIN, RAW } from './cids.ts'
import type { WalkOptions } from './dag-walk.ts'
import { parseEntityBytes } from './entity-bytes.ts'
import { beginPath, type PathQuery } from './path-walk.ts'
import { encodeFileNode } from './unixfs.ts'

type Blocks = ReadonlyMap<string, Uint8Array>
const byCids = (blocks: readonly Block[]): Blocks => new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes]))

/** Walks over blocks in memory: what comes, in its order, and what the path led to. */
function walkOver(blocks: readonly Block[] | Blocks, query: PathQuery, options: WalkOptions = {}) {
  const byCid = blocks instanceof Map ? blocks : byCids(blocks as readonly Block[])
  const { walk, roots } = beginPath(query, options)
  const came: string[] = []
  for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
    const bytes = byCid.get(cid.toString())
    if (bytes === undefined) throw new Error(`${cid} is not there`)
    came.push(cid.toString())
    if (cid.code !== RAW) walk.enter(cid, bytes)
  }
  return { came, roots: roots.map(String) }
}

const names = (...cids: readonly (CID | undefined)[]): string[] => cids.map(String)
const bytesOf = (size: number, seed = 0) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + seed + (i >> 8)) & 255)

describe('a path through UnixFS', async () => {
  const tree = await unixFsTree({
    'a/b/small': bytesOf(10),
    'a/b/large': bytesOf(2000, 1),
    'a/other': bytesOf(20, 2),
    top: bytesOf(30, 3),
  })
  const { root, blocks, cids } = tree

  it('sends the directories on the way, and then the file', () => {
    const { came, roots } = walkOver(blocks, { root, path: ['a', 'b', 'small'], scope: 'all' })
    const expected = names(root, cids.get('a'), cids.get('a/b'), cids.get('a/b/small'))
    expect([came, roots]).toEqual([expected, expected])
  })

  it.each([
    ['block', 1],
    ['entity', 1 + 8],
    ['all', 1 + 8],
  ] as const)('sends of a file the %s', (scope, count) => {
    const { came } = walkOver(blocks, { root, path: ['a', 'b', 'large'], scope })
    expect(came.length).toBe(3 + count)
  })

  it.each([
    ['block', 1],
    ['entity', 1],
    ['all', blocks.length - 2],
  ] as const)('sends of a directory the %s', (scope, count) => {
    const { came } = walkOver(blocks, { root, path: ['a'], scope })
    expect([came.length, came[1]]).toEqual([1 + count, String(cids.get('a'))])
  })

  it.each([
    [['none']],
    [['a', 'b', 'small', 'below']],
    [['a', 'b', 'large', 'below']],
    [['']],
    [['A']],
    [['__proto__']],
  ])('leads nowhere by %j', (path) => {
    expectCode(() => walkOver(blocks, { root, path, scope: 'all' }), 'PATH_NOT_FOUND')
  })

  it('sends the blocks of any range of a file, and no others', async () => {
    const size = 5000
    const file = await unixFsTree({ file: bytesOf(size, 9) }, { chunkSize: 64 })
    const root = file.cids.get('file') as CID
    const leaves = walkOver(file.blocks, { root, path: [], scope: 'all' }).came.filter((cid) => cid.startsWith('bafk'))
    fc.assert(
      fc.property(fc.nat(size - 1), fc.nat(size - 1), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const { came } = walkOver(file.blocks, { root, path: [], scope: 'entity', bytes: { from, to } })
        const wanted = leaves.slice(Math.floor(from / 64), Math.floor(to / 64) + 1)
        expect(came.filter((cid) => cid.startsWith('bafk'))).toEqual(wanted)
      }),
    )
  })
})

describe('a range over repeated parts', () => {
  // Two times the same subtree of four leaves of 10 bytes; each time only a part of it is wanted, and not the same one.
  const leaves = [1, 2, 3, 4].map((seed) => rawBlock(bytesOf(10, seed)))
  const half = pbBlock(
    leaves.map(({ cid }) => cid),
    encodeFileNode([10, 10, 10, 10]),
  )
  const file = pbBlock([half.cid, half.cid], encodeFileNode([40, 40]))
  const blocks = [...leaves, half, file]
  const [one, two, three, four] = leaves.map(({ cid }) => cid)
  const range = (text: string, dups: boolean) =>
    walkOver(blocks, { root: file.cid, path: [], scope: 'entity', bytes: parseEntityBytes(text) }, { dups }).came

  it('sends what is missing when a part comes again, and nothing twice', () => {
    expect(range('25:55', false)).toEqual(names(file.cid, half.cid, three, four, one, two))
    expect(range('35:75', false)).toEqual(names(file.cid, half.cid, four, one, two, three))
    expect(range('0:*', false)).toEqual(names(file.cid, half.cid, one, two, three, four))
    expect(range('5:*', false)).toEqual(names(file.cid, half.cid, one, two, three, four))
  })

  it('sends all again where repeats are wanted', () => {
    expect(range('25:55', true)).toEqual(names(file.cid, half.cid, three, four, half.cid, one, two))
  })

  it('sends no leaf for a range without bytes', () => {
    expect(range('79:-60', false)).toEqual(names(file.cid))
  })
})

describe('a path through sharded directories', async () => {
  const files = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`dir/${i} ü.txt`, bytesOf(3, i)]))
  const { root, blocks, cids } = await unixFsTree(files, { isSharded: true })

  it('finds every name, by the nodes that have it alone', () => {
    const all = byCids(blocks)
    for (const [path, cid] of cids) {
      if (path === '' || path === 'dir') continue
      const { came, roots } = walkOver(all, { root, path: path.split('/'), scope: 'all' })
      expect([came.at(-1), came.length <= 6]).toEqual([cid.toString(), true])
      expect(roots).toEqual(names(root, cids.get('dir'), cid))
    }
  })

  it('finds no name that is not there, also none that looks like a node', () => {
    for (const name of ['701 ü.txt', '00', 'FF', '', '0'])
      expectCode(() => walkOver(blocks, { root, path: ['dir', name], scope: 'all' }), 'PATH_NOT_FOUND')
  })

  it('sends all nodes of the directory and no file as the entity', () => {
    const { came } = walkOver(blocks, { root, path: ['dir'], scope: 'entity' })
    const nodes = blocks.filter(({ cid }) => cid.code === DAG_PB).map(({ cid }) => cid.toString())
    // The root is a sharded directory itself, with the one entry.
    expect(new Set(came)).toEqual(new Set(nodes))
  })

  it.each([
    ['a fanout that is no power of two', { hashType: 0x22, fanout: 100 }],
    ['no fanout', { hashType: 0x22, fanout: undefined }],
    ['a huge fanout', { hashType: 0x22, fanout: 2 ** 20 }],
    ['another hash', { hashType: 0x12, fanout: 256 }],
  ])('cannot be followed with %s', (_, { hashType, fanout }) => {
    const data = Uint8Array.of(8, 5, 0x28, hashType, ...(fanout === undefined ? [] : [0x30, ...varint(fanout)]))
    const shard = pbBlock([], data)
    const go = (path: string[], scope: 'entity' | 'all') => walkOver([shard], { root: shard.cid, path, scope })
    expectCode(() => go(['x'], 'all'), 'BLOCK_UNREADABLE')
    expectCode(() => go([], 'entity'), 'BLOCK_UNREADABLE')
  })
})

function* varint(value: number): Generator<number> {
  let rest = value
  for (; rest > 127; rest >>>= 7) yield (rest & 127) | 128
  yield rest
}

describe('a path through data', () => {
  const leaf = rawBlock(bytesOf(5))
  const other = rawBlock(bytesOf(6))
  const inner = cborBlock({ x: leaf.cid, list: [1, { y: other.cid }] })
  const documents: readonly (readonly [string, Block])[] = [
    ['dag-cbor', cborBlock({ a: { b: inner.cid }, '2': leaf.cid, '10': other.cid, n: 1, __proto__: null })],
    ['dag-json', blockOf(DAG_JSON, encodeJson({ a: { b: inner.cid }, '2': leaf.cid, '10': other.cid, n: 1 }))],
  ]

  it.each(documents)('follows keys, indices and links of %s', (_, document) => {
    const blocks = [leaf, other, inner, document]
    const go = (path: readonly string[], scope: 'block' | 'entity' | 'all' = 'all') =>
      walkOver(blocks, { root: document.cid, path, scope })
    expect(go(['a', 'b', 'x']).came).toEqual(names(document.cid, inner.cid, leaf.cid))
    expect(go(['a', 'b', 'list', '1', 'y']).came).toEqual(names(document.cid, inner.cid, other.cid))
    expect(go(['a', 'b', 'x']).roots).toEqual(names(document.cid, inner.cid, leaf.cid))
    expect(go(['a', 'b']).came).toEqual(names(document.cid, inner.cid, leaf.cid, other.cid))
    expect(go(['a', 'b'], 'entity').came).toEqual(names(document.cid, inner.cid))
    expect(go([], 'entity').came).toEqual(names(document.cid))
    for (const path of [
      ['none'],
      ['a', 'none'],
      ['n', 'x'],
      ['a', 'b', 'list', '01'],
      ['a', 'b', 'list', '2'],
      ['a', 'b', 'list', '-1'],
    ])
      expectCode(() => go(path), 'PATH_NOT_FOUND')
  })

  it.each(documents)('ends within a block of %s with what hangs below that part', (_, document) => {
    const blocks = [leaf, other, inner, document]
    const { came, roots } = walkOver(blocks, { root: document.cid, path: ['a'], scope: 'all' })
    expect([came, roots]).toEqual([names(document.cid, inner.cid, leaf.cid, other.cid), names(document.cid)])
    expect(walkOver(blocks, { root: document.cid, path: ['n'], scope: 'all' }).came).toEqual(names(document.cid))
    expect(walkOver(blocks, { root: document.cid, path: ['a'], scope: 'entity' }).came).toEqual(names(document.cid))
  })

  it.each([
    [JSON_PLAIN, Buffer.from('{"a":[1,{"/":"no link"}]}')],
    [CBOR, Uint8Array.of(0xa1, 0x61, 0x61, 0x82, 1, 2)],
  ])('goes into a block of codec %d, where nothing is a link', (code, bytes) => {
    const block = blockOf(code, bytes)
    expect(walkOver([block], { root: block.cid, path: ['a', '1'], scope: 'all' }).came).toEqual(names(block.cid))
    expect(walkOver([block], { root: block.cid, path: [], scope: 'all' }).came).toEqual(names(block.cid))
    expectCode(() => walkOver([block], { root: block.cid, path: ['a', '2'], scope: 'all' }), 'PATH_NOT_FOUND')
  })

  it('passes through CIDs that hold their blocks', () => {
    const identity = identityCid(DAG_CBOR, cborBlock({ x: leaf.cid }).bytes)
    const root = cborBlock({ id: identity })
    const { came } = walkOver([leaf, root], { root: root.cid, path: ['id', 'x'], scope: 'all' })
    expect(came).toEqual(names(root.cid, leaf.cid))
    expect(walkOver([leaf], { root: identity, path: ['x'], scope: 'all' }).came).toEqual(names(leaf.cid))
    expect(identity.multihash.code).toBe(IDENTITY)
  })

  it('takes links of DAG-JSON in the order in which they are written', () => {
    const [a, b, c] = [1, 2, 3].map((seed) => rawBlock(bytesOf(4, seed)))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three blocks')
    const link = ({ cid }: Block) => ({ '/': cid.toString() })
    const text = `{"10":${JSON.stringify(link(a))},"2":${JSON.stringify(link(b))},"x":[{"/":{"bytes":"AQ"}},${JSON.stringify(link(c))}]}`
    const document = blockOf(DAG_JSON, Buffer.from(text))
    const { came } = walkOver([a, b, c, document], { root: document.cid, path: [], scope: 'all' })
    expect(came).toEqual(names(document.cid, a.cid, b.cid, c.cid))
  })

  it.each([
    ['dag-json that ends early', DAG_JSON, Buffer.from('{"a":')],
    ['dag-json nested without end', DAG_JSON, Buffer.alloc(1 << 20, '[')],
    ['dag-json with a link that is none', DAG_JSON, Buffer.from('{"/":"hello"}')],
    ['dag-cbor that ends early', DAG_CBOR, Uint8Array.of(0x82, 1)],
    ['dag-cbor nested without end', DAG_CBOR, new Uint8Array(1 << 20).fill(0x81)],
    ['dag-pb of anything', DAG_PB, Uint8Array.of(0xff, 0xff)],
  ])('cannot be followed through %s', (_, code, bytes) => {
    const block = blockOf(code, bytes)
    expectCode(() => walkOver([block], { root: block.cid, path: ['a'], scope: 'all' }), 'BLOCK_UNREADABLE')
  })
})

describe('limits', () => {
  it('end a walk through repeats that double at each level', () => {
    const blocks: Block[] = [rawBlock(bytesOf(3))]
    for (let level = 0; level < 40; level++) {
      const { cid } = blocks.at(-1) as Block
      blocks.push(cborBlock([cid, cid]))
    }
    const root = (blocks.at(-1) as Block).cid
    expect(walkOver(blocks, { root, path: [], scope: 'all' }).came.length).toBe(41)
    expectCode(() => walkOver(blocks, { root, path: [], scope: 'all' }, { dups: true }), 'DAG_LIMIT')
  })

  it('end a walk through a loop that only wrong content can have', () => {
    const { cid } = cborBlock('something else')
    const loop = { cid, bytes: cborBlock([cid, cid]).bytes }
    expect(walkOver([loop], { root: cid, path: [], scope: 'all' }).came).toEqual(names(cid))
    expectCode(() => walkOver([loop], { root: cid, path: [], scope: 'all' }, { dups: true }), 'DAG_LIMIT')
    const path = Array.from({ length: 200 }, () => '0')
    expectCode(() => walkOver([loop], { root: cid, path, scope: 'all' }, { dups: true }), 'DAG_LIMIT')
  })
})
