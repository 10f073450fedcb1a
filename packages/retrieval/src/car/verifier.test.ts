import { hash } from 'node:crypto'
import { expectCode } from '@sluice/http/testing'
import { concatBytes } from '@sluice/protocol'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { DAG_CBOR, RAW, SHA2_512 } from '../dag/cids.ts'
import { blockOf, cborBlock, identityCid, pbBlock, randomDag, rawBlock, sha256 } from '../testing/random-dag.ts'
import { referenceCar } from '../testing/reference-car.ts'
import { carBytes } from '../testing/write-car.ts'
import { carHeader, sectionPrefix } from './car-format.ts'
import { CarVerifier } from './verifier.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const one = rawBlock(bytesOf('one'))
const two = rawBlock(bytesOf('two'))
const three = rawBlock(bytesOf('three'))
const root = pbBlock([one.cid, two.cid, one.cid])
const car = carBytes([root.cid], [root, one, two])

const verifierOf = (of = root.cid, options = {}) => new CarVerifier(of, { sha256, ...options })

/** Feeds bytes in pieces and answers all that was verified. */
function feed(verifier: CarVerifier, bytes: Uint8Array, piece = bytes.length): Uint8Array {
  const whole: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += piece) {
    for (const section of verifier.write(bytes.subarray(at, at + piece))) whole.push(section.bytes.slice())
    if (verifier.failure !== undefined) throw verifier.failure
  }
  return concatBytes(...whole)
}

describe('CarVerifier', () => {
  it('takes any DAG in pieces of any size, and answers the same bytes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 700 }), (seed, size, piece) => {
        const dag = randomDag(seed, size)
        const bytes = referenceCar(dag.root, dag.blocks)
        const verifier = verifierOf(dag.root)
        expect(feed(verifier, bytes, piece)).toEqual(bytes)
        verifier.end()
        expect([verifier.isDone, verifier.verifiedBytes]).toEqual([true, bytes.length])
      }),
      { numRuns: 60 },
    )
  })

  it('answers each section with its block and its end', () => {
    const sections = verifierOf().write(car)
    expect(sections.map(({ cid, end }) => [cid?.toString(), end])).toEqual([
      [undefined, carHeader(root.cid).length],
      [root.cid.toString(), expect.any(Number)],
      [one.cid.toString(), expect.any(Number)],
      [two.cid.toString(), car.length],
    ])
    expect(sections[2]?.data).toEqual(one.bytes)
  })

  it('refuses every change of a single byte', () => {
    for (let at = 0; at < car.length; at++) {
      const changed = car.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const verifier = verifierOf()
      expect(() => {
        feed(verifier, changed)
        verifier.end()
      }, `byte ${at}`).toThrow()
    }
  })

  it('refuses to end at any byte but the last', () => {
    for (let at = 0; at < car.length; at++) {
      const verifier = verifierOf()
      feed(verifier, car.subarray(0, at))
      expectCode(() => verifier.end(), 'CAR_TRUNCATED')
    }
  })

  it.each([
    ['another root', carBytes([one.cid], [one]), 'HEADER_UNEXPECTED'],
    ['two roots', carBytes([root.cid, root.cid], [root, one, two]), 'HEADER_UNEXPECTED'],
    ['no roots', carBytes([], [root, one, two]), 'HEADER_UNEXPECTED'],
    ['version 2', carBytes([root.cid], [root, one, two], 2), 'HEADER_UNEXPECTED'],
    ['blocks in another order', carBytes([root.cid], [root, two, one]), 'BLOCK_UNEXPECTED'],
    ['a block that nobody asked for', carBytes([root.cid], [root, one, three, two]), 'BLOCK_UNEXPECTED'],
    ['a block twice', carBytes([root.cid], [root, one, one, two]), 'BLOCK_UNEXPECTED'],
    ['a block left out', carBytes([root.cid], [root, two]), 'BLOCK_UNEXPECTED'],
    [
      'a block with wrong content',
      carBytes([root.cid], [root, { ...one, bytes: bytesOf('eno') }, two]),
      'BLOCK_CORRUPT',
    ],
    ['a block cut short', carBytes([root.cid], [root, { ...one, bytes: bytesOf('on') }, two]), 'BLOCK_CORRUPT'],
    ['a block after the last', carBytes([root.cid], [root, one, two, three]), 'CAR_TRAILING'],
    ['a byte after the last', concatBytes(car, Uint8Array.of(0)), 'CAR_TRAILING'],
    [
      'the same CID in version 0',
      carBytes([root.cid], [{ ...root, cid: root.cid.toV0() }, one, two]),
      'BLOCK_UNEXPECTED',
    ],
  ])('refuses %s', (_, bytes, code) => {
    expectCode(() => feed(verifierOf(), bytes), code)
    expectCode(() => feed(verifierOf(), bytes, 1), code)
  })

  const head = carHeader(root.cid)
  it.each([
    ['a length of zero', [0], 'BLOCK_LENGTH'],
    ['a length with needless bytes', [0x80 | 100, 0x80, 0], 'BLOCK_LENGTH'],
    ['a length of five bytes', [0x80, 0x80, 0x80, 0x80, 1], 'BLOCK_LENGTH'],
    ['a length that never ends', Array(100).fill(0xff), 'BLOCK_LENGTH'],
    ['a length below that of the CID', [10], 'BLOCK_LENGTH'],
    ['a block above the limit', [0xff, 0xff, 0xff, 0x7f], 'BLOCK_OVERSIZE'],
  ])('refuses %s before taking memory for it', (_, bytes, code) => {
    expectCode(() => feed(verifierOf(), concatBytes(head, Uint8Array.from(bytes))), code)
    expectCode(() => feed(verifierOf(), concatBytes(head, Uint8Array.from(bytes)), 1), code)
  })

  it('refuses an uncalled-for block at its CID, before its content', () => {
    const verifier = verifierOf()
    feed(verifier, concatBytes(head, sectionPrefix(root.cid, root.bytes.length), root.bytes))
    expectCode(() => verifier.write(sectionPrefix(three.cid, 1 << 20)), 'BLOCK_UNEXPECTED')
  })

  it('answers what stands before a fault, and then tells the fault', () => {
    const verifier = verifierOf()
    const sections = verifier.write(carBytes([root.cid], [root, one, three]))
    expect(sections.length).toBe(3)
    expect(verifier.failure?.code).toBe('BLOCK_UNEXPECTED')
    expectCode(() => verifier.write(Uint8Array.of(1)), 'BLOCK_UNEXPECTED')
    expectCode(() => verifier.end(), 'BLOCK_UNEXPECTED')
  })

  it('goes on at its last whole block after a rewind', () => {
    for (let cut = 0; cut < car.length; cut++) {
      const verifier = verifierOf()
      feed(verifier, car.subarray(0, cut))
      verifier.rewind()
      feed(verifier, car.subarray(verifier.verifiedBytes))
      verifier.end()
    }
  })

  it('tells how many bytes the next block needs', () => {
    const verifier = verifierOf()
    const prefix = sectionPrefix(root.cid, root.bytes.length)
    feed(verifier, concatBytes(head, prefix))
    expect(verifier.needed).toBe(prefix.length + root.bytes.length)
  })

  it('walks into blocks that stand in their CIDs, and expects no section for them', () => {
    const inner = identityCid(DAG_CBOR, cborBlock([one.cid, two.cid]).bytes)
    const outer = pbBlock([identityCid(RAW, bytesOf('x')), inner, three.cid])
    const bytes = carBytes([outer.cid], [outer, one, two, three])
    const verifier = verifierOf(outer.cid)
    expect(feed(verifier, bytes)).toEqual(bytes)
    verifier.end()
  })

  it('refuses links that it could not follow, and blocks that it cannot read', () => {
    const strange = cborBlock([identityCid(0x0130, bytesOf('{}'))])
    expectCode(() => feed(verifierOf(strange.cid), carBytes([strange.cid], [strange])), 'CID_UNSUPPORTED')
    const broken = blockOf(DAG_CBOR, Uint8Array.of(0xd8, 0x2a, 0x01))
    expectCode(() => feed(verifierOf(broken.cid), carBytes([broken.cid], [broken])), 'BLOCK_UNREADABLE')
  })

  it('checks blocks by the hashes that it is given, and refuses others', () => {
    const bytes = bytesOf('hashed otherwise')
    const block = { cid: CID.createV1(RAW, createDigest(SHA2_512, hash('sha512', bytes, 'buffer'))), bytes }
    const other = carBytes([block.cid], [block])
    const hashes = { [SHA2_512]: (given: Uint8Array) => hash('sha512', given, 'buffer') }
    expect(feed(verifierOf(block.cid, { hashes }), other)).toEqual(other)
    expectCode(() => feed(verifierOf(block.cid), other), 'CID_UNSUPPORTED')
    const wrong = carBytes([block.cid], [{ ...block, bytes: bytesOf('hashed Otherwise') }])
    expectCode(() => feed(verifierOf(block.cid, { hashes }), wrong), 'BLOCK_CORRUPT')
  })

  it('bounds what a DAG may make it keep', () => {
    const limits = { blocks: 100, repeats: 0, pending: 100, depth: 100 }
    expectCode(() => feed(verifierOf(root.cid, { limits: { ...limits, blocks: 2 } }), car), 'DAG_LIMIT')
    expectCode(() => feed(verifierOf(root.cid, { limits: { ...limits, pending: 2 } }), car), 'DAG_LIMIT')
    expectCode(() => feed(verifierOf(root.cid, { limits: { ...limits, depth: 1 } }), car), 'DAG_LIMIT')
    feed(verifierOf(root.cid, { limits }), car)
  })
})
