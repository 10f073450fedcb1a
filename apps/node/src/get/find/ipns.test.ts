import { generateKeyPairSync, sign } from 'node:crypto'
import { serving } from '@sluice/http/testing'
import { concatBytes, NATIVE_TOKEN } from '@sluice/protocol'
import { expect, test } from 'vitest'
import { createOutput } from '../../cli/output.ts'
import { lookUp } from './ipns.ts'

const ROOT = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const text = (value: string) => new TextEncoder().encode(value)
const field = (number: number, bytes: Uint8Array) =>
  concatBytes(
    Uint8Array.of(
      (number << 3) | 2,
      ...(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]),
    ),
    bytes,
  )

/** CBOR of a map of short texts and numbers below 24, as bytes; enough for a record. */
function cbor(map: Readonly<Record<string, Uint8Array | number>>): Uint8Array {
  const head = (major: number, size: number) => (size < 24 ? [major | size] : [major | 24, size])
  const parts = Object.entries(map).flatMap(([key, value]) => [
    Uint8Array.of(...head(0x60, key.length)),
    text(key),
    ...(typeof value === 'number' ? [Uint8Array.of(value)] : [Uint8Array.of(...head(0x40, value.length)), value]),
  ])
  return concatBytes(Uint8Array.of(0xa0 | Object.keys(map).length), ...parts)
}

function owner() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = concatBytes(
    Uint8Array.of(8, 1, 0x12, 32),
    publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
  )
  const name = `f0172${Buffer.from(Uint8Array.of(0, key.length)).toString('hex')}${Buffer.from(key).toString('hex')}`
  const record = (value: string, validity = '2099-01-01T00:00:00.000000000Z') => {
    const data = cbor({ TTL: 0, Value: text(value), Sequence: 1, Validity: text(validity), ValidityType: 0 })
    const signature = sign(null, concatBytes(text('ipns-signature:'), data), privateKey)
    return concatBytes(field(8, signature), field(9, data))
  }
  return { name, record }
}

const context = () => ({
  output: createOutput(
    { out: () => {}, err: () => {}, bytes: async () => true, errIsTerminal: false, columns: 80 },
    true,
  ),
  signal: new AbortController().signal,
  environment: {},
})
const options = {
  ...{ max: 1n, token: NATIVE_TOKEN, allowPrivate: false, feesMax: undefined, timeout: 5_000 },
  withNode: () => Promise.reject(new Error('nobody pays')),
}

async function serve(records: Readonly<Record<string, Uint8Array>>) {
  return serving((request, response) => {
    const name = new URL(request.url ?? '', 'http://a').pathname.split('/')[2] ?? ''
    const record = records[name]
    if (record === undefined) response.writeHead(404).end()
    else response.end(record)
  })
}

const named = (name: string, providers: readonly string[]) =>
  ({ name, providers, query: { path: ['end'], scope: 'all' } }) as const

test('a name stands for what its record says, over names and paths', async () => {
  const [one, other] = [owner(), owner()]
  await using server = await serve({
    [one.name]: one.record(`/ipns/${other.name}/x`),
    [other.name]: other.record(`/ipfs/${ROOT}/a`),
  })
  const target = await lookUp(context() as never, named(one.name, [server.origin]), options)
  expect([String(target.root), target.query.path]).toEqual([ROOT, ['a', 'x', 'end']])
})

test('another provider is asked where one has no record that counts', async () => {
  const [one, thief] = [owner(), owner()]
  await using none = await serve({})
  await using forged = await serve({ [one.name]: thief.record(`/ipfs/${ROOT}`) })
  await using old = await serve({ [one.name]: one.record(`/ipfs/${ROOT}`, '2001-01-01T00:00:00Z') })
  await using endless = await serve({ [one.name]: new Uint8Array(1 << 20) })
  const bad = [none.origin, forged.origin, old.origin, endless.origin]
  await expect(lookUp(context() as never, named(one.name, bad), options)).rejects.toMatchObject({
    code: 'NAME_UNRESOLVED',
  })
  await using good = await serve({ [one.name]: one.record(`/ipfs/${ROOT}`) })
  const target = await lookUp(context() as never, named(one.name, [...bad, good.origin]), options)
  expect(String(target.root)).toBe(ROOT)
})

test('names that lead in a circle, or to no content, are refused', async () => {
  const [one, other] = [owner(), owner()]
  await using server = await serve({
    [one.name]: one.record(`/ipns/${one.name}`),
    [other.name]: other.record('/dns/example.com'),
  })
  for (const { name } of [one, other]) {
    await expect(lookUp(context() as never, named(name, [server.origin]), options)).rejects.toMatchObject({
      code: 'NAME_UNRESOLVED',
    })
  }
})
