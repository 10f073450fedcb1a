import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from '@ipld/dag-cbor'
import { type Handler, serveFree, toResponse } from '@sluice/http'
import { concatBytes } from '@sluice/protocol'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGateway } from '../../gateway/handler.ts'
import { sha256 } from '../../testing/random-dag.ts'
import { CarFolder } from './car-folder.ts'
import { readIpnsRecord } from './ipns-record.ts'

const field = (number: number, bytes: Uint8Array) =>
  concatBytes(Uint8Array.of((number << 3) | 2, ...varint(bytes.length)), bytes)
function* varint(value: number): Generator<number> {
  let rest = value
  for (; rest > 127; rest >>>= 7) yield (rest & 127) | 128
  yield rest
}

interface Owner {
  readonly name: CID
  readonly privateKey: KeyObject
  /** The key as a message of libp2p. */
  readonly publicKey: Uint8Array
  readonly isHashed: boolean
}

const raw = (key: KeyObject, size: number): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-size)
const message = (type: number, data: Uint8Array) => concatBytes(Uint8Array.of(8, type), field(2, data))

function ed25519(): Owner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return inName(message(1, raw(publicKey, 32)), privateKey, false)
}

function secp256k1(): Owner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const [x, y] = [raw(publicKey, 64).subarray(0, 32), raw(publicKey, 32)]
  return inName(message(2, concatBytes(Uint8Array.of(2 + ((y[31] ?? 0) & 1)), x)), privateKey, true)
}

/** Too long for a name: it is the hash of the key. */
function rsa(): Owner {
  const { publicKey: key, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKey = message(0, key.export({ format: 'der', type: 'spki' }))
  return { name: CID.createV1(0x72, createDigest(0x12, sha256(publicKey))), privateKey, publicKey, isHashed: true }
}

function inName(publicKey: Uint8Array, privateKey: KeyObject, isHashed: boolean): Owner {
  return { name: CID.createV1(0x72, createDigest(0, publicKey)), privateKey, publicKey, isHashed }
}

function recordOf(owner: Owner, terms: Record<string, unknown> = {}): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value)
  const data = encode({
    Value: text('/ipfs/bafkqaaa'),
    Validity: text('2099-01-01T00:00:00.000000000Z'),
    ValidityType: 0,
    Sequence: 1,
    TTL: 1_800_000_000_000,
    ...terms,
  })
  const signed = concatBytes(text('ipns-signature:'), data)
  const signature = sign(owner.isHashed ? 'sha256' : null, signed, owner.privateKey)
  return concatBytes(field(7, owner.publicKey), field(8, signature), field(9, data))
}

let path: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'sluice-ipns-'))
})
afterEach(() => rm(path, { recursive: true }))

async function ask(handler: Handler, name: string, query = '?format=ipns-record') {
  const response = toResponse(await handler(new Request(`http://gateway/ipns/${name}${query}`)))
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
}

it.each([
  ['Ed25519', ed25519],
  ['secp256k1', secp256k1],
  ['RSA', rsa],
])('serves a record signed by %s, under each form of its name', async (_, make) => {
  const owner = make()
  const bytes = recordOf(owner)
  await writeFile(join(path, `${owner.name.toString(base36)}_about.ipns-record`), bytes)
  const folder = await CarFolder.open(path)
  const handler = createGateway({ content: folder, serve: serveFree })
  const peerId = base58btc.baseEncode(owner.name.multihash.bytes)
  for (const name of [owner.name.toString(base36), owner.name.toString(), peerId]) {
    const { status, headers, body } = await ask(handler, name)
    expect([status, body.equals(bytes)]).toEqual([200, true])
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/vnd.ipfs.ipns-record',
      'cache-control': 'public, max-age=1800',
      'content-disposition': `attachment; filename="${name}.ipns-record"; filename*=UTF-8''${name}.ipns-record`,
    })
  }
  expect((await ask(handler, `${peerId}/path`)).status).toBe(400)
  expect((await ask(handler, peerId, '?format=car')).status).toBe(406)
  await folder.close()
})

it('serves the newest record of a name that still counts', async () => {
  const owner = ed25519()
  const put = (suffix: string, terms: Record<string, unknown>) =>
    writeFile(join(path, `${owner.name}_${suffix}.ipns-record`), recordOf(owner, terms))
  await put('a', { Sequence: 7 })
  await put('b', { Sequence: 9, TTL: 60_000_000_000 })
  await put('c', { Sequence: 8 })
  const folder = await CarFolder.open(path)
  const handler = createGateway({ content: folder, serve: serveFree })
  const first = await ask(handler, owner.name.toString())
  expect(first.headers.get('Cache-Control')).toBe('public, max-age=60')
  await put('b', { Sequence: 10, Validity: new TextEncoder().encode('2020-01-01T00:00:00Z') })
  await folder.refresh()
  expect((await ask(handler, owner.name.toString())).status).toBe(404)
  await rm(join(path, `${owner.name}_b.ipns-record`))
  await folder.refresh()
  const second = await ask(handler, owner.name.toString())
  expect([second.status, second.headers.get('ETag') === first.headers.get('ETag')]).toEqual([200, false])
  await folder.close()
})

it('leaves out files that hold no record of their name, with the reason', async () => {
  const [owner, other] = [ed25519(), ed25519()]
  const told: string[] = []
  await writeFile(join(path, `${other.name}.ipns-record`), recordOf(owner))
  await writeFile(join(path, 'nobody.ipns-record'), recordOf(owner))
  const folder = await CarFolder.open(path, {
    onChange: (change) => change.type === 'left out' && told.push(change.problem),
  })
  expect(told).toEqual([expect.stringContaining('signature'), expect.stringContaining('not a CID')])
  expect(await folder.record(other.name.multihash.bytes)).toBeUndefined()
  await folder.close()
})

it.each<[string, (bytes: Uint8Array, owner: Owner) => Uint8Array, string]>([
  ['cut short', (bytes) => bytes.subarray(0, bytes.length - 5), 'ends'],
  ['of nothing', () => new Uint8Array(0), 'no signature'],
  ['of too much', (bytes) => concatBytes(bytes, field(1, new Uint8Array(11_000))), 'more than'],
  ['whose data is changed', (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)), 'signature'],
  ['that says nothing of its end', (_, owner) => recordOf(owner, { Validity: new Uint8Array(3) }), 'until when'],
  ['of another kind of end', (_, owner) => recordOf(owner, { ValidityType: 1 }), 'until when'],
  ['without a sequence', (_, owner) => recordOf(owner, { Sequence: 'one' }), 'sequence'],
])('refuses a record %s', (_, change, reason) => {
  const owner = ed25519()
  const bytes = recordOf(owner)
  expect(readIpnsRecord(owner.name.multihash.bytes, bytes).sequence).toBe(1n)
  expect(() => readIpnsRecord(owner.name.multihash.bytes, change(bytes, owner))).toThrow(reason)
})

it('refuses a key that the name is not the hash of', () => {
  const { name } = rsa()
  expect(() => readIpnsRecord(name.multihash.bytes, recordOf(rsa()))).toThrow('the key of its name')
})
