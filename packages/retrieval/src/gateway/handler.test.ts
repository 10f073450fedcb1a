import { createGate, type Handler, owedFor, serveFree, toResponse } from '@sluice/http'
import { memoryPayments } from '@sluice/http/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { base16 } from 'multiformats/bases/base16'
import { base32upper } from 'multiformats/bases/base32'
import { base36, base36upper } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { base64, base64url } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAR_TYPE, carHeader, carTag } from '../car/car-format.ts'
import { DAG_PB } from '../dag/cids.ts'
import type { CarFolder } from '../node/folder/car-folder.ts'
import { openFolderOf } from '../testing/open-folder.ts'
import { blockOf, cborBlock, identityCid, pbBlock, rawBlock } from '../testing/random-dag.ts'
import { cidsIn } from '../testing/read-car.ts'
import { referenceCar } from '../testing/reference-car.ts'
import { type UnixFsTree, unixFsTree } from '../testing/unixfs-tree.ts'
import { createGateway } from './handler.ts'

const RAW = 'application/vnd.ipld.raw'
const leaf = rawBlock(Buffer.from('hello gateway'))
const missing = rawBlock(Buffer.from('not here'))
const partial = pbBlock([leaf.cid, missing.cid])
const twice = cborBlock([leaf.cid, leaf.cid])
const odd = cborBlock({ 'ä/"b': leaf.cid })
const broken = blockOf(DAG_PB, Uint8Array.of(0xff))
const empty = 'bafkqaaa'

let tree: UnixFsTree
let folder: CarFolder & AsyncDisposable
let handler: Handler
beforeAll(async () => {
  tree = await unixFsTree({ 'dir/file': Buffer.alloc(1000, 'x'), 'dir/año %': Buffer.from('name') })
  folder = await openFolderOf([leaf, partial, twice, odd, broken, ...tree.blocks])
  handler = createGateway({ content: folder, serve: serveFree })
})
afterAll(() => folder[Symbol.asyncDispose]())

async function ask(target: string, headers: Record<string, string> = {}, method = 'GET', by: Handler = handler) {
  const response = toResponse(await by(new Request(`http://gateway${target}`, { method, headers })))
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
}

describe('a block', () => {
  const { cid, bytes } = leaf

  it.each([
    ['the parameter', '?format=raw', {}],
    ['the header', '', { Accept: RAW }],
    ['the parameter against the header', '?format=raw', { Accept: 'application/vnd.ipld.car' }],
  ])('is served by %s, as the specification has it', async (_, query, asked) => {
    const { status, headers, body } = await ask(`/ipfs/${cid}${query}`, asked as Record<string, string>)
    expect([status, body.equals(bytes)]).toEqual([200, true])
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': RAW,
      'content-length': String(bytes.length),
      etag: `"${cid}.raw"`,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=29030400, immutable',
      'content-disposition': `attachment; filename="${cid}.bin"; filename*=UTF-8''${cid}.bin`,
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': `/ipfs/${cid}`,
      'x-ipfs-roots': String(cid),
      'access-control-allow-origin': '*',
    })
    expect(headers.get('Content-Location')).toBe(query === '' ? `/ipfs/${cid}?format=raw` : null)
  })

  it('is served in ranges, by HEAD, and not again to who has it', async () => {
    const target = `/ipfs/${cid}?format=raw`
    const part = await ask(target, { Range: 'bytes=6-8' })
    expect([part.status, part.body.toString(), part.headers.get('Content-Range')]).toEqual([
      206,
      'gat',
      `bytes 6-8/${bytes.length}`,
    ])
    expect((await ask(target, { Range: 'bytes=100-' })).status).toBe(416)
    const head = await ask(target, {}, 'HEAD')
    expect([head.status, head.headers.get('Content-Length'), head.body.length]).toEqual([200, '13', 0])
    expect((await ask(target, { 'If-None-Match': `W/"${cid}.raw"` })).status).toBe(304)
    // The tag of another format does not do.
    expect((await ask(target, { 'If-None-Match': carTag(cid) })).status).toBe(200)
    expect((await ask(`/ipfs/${cid}?format=car`, { 'If-None-Match': `"${cid}.raw"` })).status).toBe(200)
  })

  it('is found by its CID in any base and case, and by any version and codec', async () => {
    const bases = [base16, base32upper, base36, base36upper, base58btc, base64, base64url]
    const names = bases.map((base) => encodeURIComponent(cid.toString(base as never)))
    const others = [CID.createV0(partial.cid.multihash as never), CID.createV1(0x55, partial.cid.multihash)]
    for (const name of [...names, ...others.map(String)]) {
      const { status, body } = await ask(`/ipfs/${name}?format=raw`)
      expect([name, status, body.length > 0]).toEqual([name, 200, true])
    }
    expect((await ask(`/ipfs/${base36.encode(cid.bytes)}?format=raw`)).headers.get('X-Ipfs-Roots')).toBe(String(cid))
  })

  it.each([
    ['notes.bin', `attachment; filename="notes.bin"; filename*=UTF-8''notes.bin`],
    ['testтест.car', `attachment; filename="test____.car"; filename*=UTF-8''test%D1%82%D0%B5%D1%81%D1%82.car`],
    ['a"; x=\\\r\n/b', `attachment; filename="a_; x=____b"; filename*=UTF-8''a%22%3B%20x%3D_%0D%0A_b`],
    ['😀(1)*', `attachment; filename="_(1)*"; filename*=UTF-8''%F0%9F%98%80%281%29%2A`],
  ])('is saved under the name %j', async (name, expected) => {
    const { headers } = await ask(`/ipfs/${cid}?format=raw&filename=${encodeURIComponent(name)}`)
    expect(headers.get('Content-Disposition')).toBe(expected)
  })

  it('in its CID is served to anybody', async () => {
    const { status, body, headers } = await ask(`/ipfs/${empty}?format=raw`)
    expect([status, body.length, headers.get('Content-Length')]).toEqual([200, 0, '0'])
    expect((await ask(`/ipfs/${empty}?format=raw`, {}, 'HEAD')).status).toBe(200)
    expect((await ask(`/ipfs/${identityCid(0x55, Buffer.from('id'))}?format=raw`)).body.toString()).toBe('id')
  })
})

describe('a CAR', () => {
  const { cid } = twice

  it('is served as the specification has it', async () => {
    const { status, headers, body } = await ask(`/ipfs/${cid}?format=car`)
    expect([status, body.equals(referenceCar(cid, [twice, leaf]))]).toEqual([200, true])
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': CAR_TYPE,
      'content-length': String(body.length),
      etag: carTag(cid),
      'accept-ranges': 'none',
      'content-disposition': `attachment; filename="${cid}.car"; filename*=UTF-8''${cid}.car`,
      'x-ipfs-roots': String(cid),
    })
    expect((await ask(`/ipfs/${cid}`, { Accept: '*/*' })).headers.get('ETag')).toBe(carTag(cid))
    expect((await ask(`/ipfs/${cid}?format=car`, { 'If-None-Match': carTag(cid) })).status).toBe(304)
    const head = await ask(`/ipfs/${cid}?format=car`, {}, 'HEAD')
    expect([head.status, head.headers.get('Content-Length')]).toEqual([200, String(body.length)])
  })

  it('has repeated blocks where they are wanted', async () => {
    const { headers, body } = await ask(`/ipfs/${cid}?format=car`, { Accept: 'application/vnd.ipld.car;dups=y' })
    expect(headers.get('Content-Type')).toBe('application/vnd.ipld.car; version=1; order=dfs; dups=y')
    expect(headers.get('Content-Location')).toBe(`/ipfs/${cid}?format=car&car-dups=y`)
    expect((await cidsIn(body)).blocks).toEqual([cid, leaf.cid, leaf.cid].map(String))
  })

  it('follows a path, and has the root that it led to', async () => {
    const path = `/ipfs/${tree.root}/dir/${encodeURIComponent('año %')}`
    const { status, headers, body } = await ask(`${path}?format=car`)
    const cids = [tree.root, tree.cids.get('dir'), tree.cids.get('dir/año %')].map(String)
    expect([status, await cidsIn(body)]).toEqual([200, { roots: cids.slice(-1), blocks: cids }])
    expect([headers.get('X-Ipfs-Roots'), headers.get('X-Ipfs-Path')]).toEqual([cids.join(','), path])
    const name = encodeURIComponent(`${tree.root}_año %.car`)
    expect(headers.get('Content-Disposition')).toContain(`filename="${tree.root}_`)
    expect(headers.get('Content-Disposition')).toContain(`filename*=UTF-8''${name}`)
    expect((await ask(`/ipfs/${tree.root}//dir/?format=car`)).status).toBe(200)
    expect((await ask(`/ipfs/${odd.cid}/${encodeURIComponent('ä/"b')}?format=car`)).status).toBe(200)
  })

  it('has a tag of its own for each thing that can be asked for', async () => {
    const file = `/ipfs/${tree.root}/dir/file`
    const dir = `/ipfs/${tree.root}/dir`
    const queries = [
      '',
      '&car-dups=y',
      '&dag-scope=block',
      '&dag-scope=entity',
      '&entity-bytes=0:*',
      '&entity-bytes=0:5',
    ]
    const tags: (string | null)[] = []
    for (const path of [file, dir])
      for (const query of queries) tags.push((await ask(`${path}?format=car${query}`)).headers.get('ETag'))
    expect(new Set(tags).size).toBe(tags.length)
    expect(tags.every((tag) => /^"[\x21\x23-\x7e]+"$/.test(tag ?? ''))).toBe(true)
  })

  it('has what is there of a DAG whose other parts are missing', async () => {
    expect((await ask(`/ipfs/${partial.cid}?format=car`)).status).toBe(404)
    const { status, body } = await ask(`/ipfs/${partial.cid}?format=car&dag-scope=block`)
    expect([status, (await cidsIn(body)).blocks]).toEqual([200, [String(partial.cid)]])
  })

  it('of a CID that holds its block is a header alone', async () => {
    const { status, body } = await ask(`/ipfs/${empty}?format=car`)
    expect([status, body.equals(carHeader(CID.parse(empty)))]).toEqual([200, true])
  })

  it('whose bytes are asked for beyond the end is refused before', async () => {
    const { status, body } = await ask(`/ipfs/${tree.cids.get('dir/file')}?format=car&entity-bytes=1000:*`)
    expect([status, JSON.parse(body.toString()).code]).toEqual([400, 'RANGE_OUTSIDE'])
    // A directory has no bytes: it is sent as it is.
    expect((await ask(`/ipfs/${tree.root}/dir?format=car&entity-bytes=1000:*`)).status).toBe(200)
  })
})

describe('what is refused', () => {
  it.each([
    ['/ipfs/nonsense', 400, 'CID_INVALID'],
    [`/ipfs/${'b'.repeat(3000)}`, 400, 'CID_INVALID'],
    [`/ipfs/${'b'.repeat(5000)}`, 400, 'PATH_INVALID'],
    [`/ipfs/${leaf.cid}/${'a/'.repeat(300)}`, 400, 'PATH_INVALID'],
    [`/ipfs/${leaf.cid}/%ff`, 400, 'PATH_INVALID'],
    [`/ipfs/${leaf.cid}/a?format=raw`, 400, 'PATH_UNSUPPORTED'],
    [`/ipfs/${leaf.cid}/a`, 404, 'PATH_NOT_FOUND'],
    [`/ipfs/${leaf.cid}?format=ipns-record`, 400, 'PATH_UNSUPPORTED'],
    [`/ipfs/${leaf.cid}?format=car&dag-scope=some`, 400, 'PARAMETER_INVALID'],
    [`/ipfs/${leaf.cid}?format=car&dag-scope=`, 400, 'PARAMETER_INVALID'],
    [`/ipfs/${leaf.cid}?format=car&entity-bytes=x`, 400, 'PARAMETER_INVALID'],
    [`/ipfs/${leaf.cid}?format=dag-json`, 406, 'FORMAT_UNSUPPORTED'],
    [`/ipfs/${leaf.cid}?format=car&car-version=2`, 406, 'FORMAT_UNSUPPORTED'],
    [`/ipfs/${missing.cid}?format=raw`, 404, 'ROOT_UNKNOWN'],
    [`/ipfs/${missing.cid}?format=car`, 404, 'ROOT_UNKNOWN'],
    [`/ipfs/${missing.cid}/path?format=car&dag-scope=block`, 404, 'ROOT_UNKNOWN'],
    [`/ipfs/${partial.cid}?format=car`, 404, 'BLOCK_MISSING'],
    [`/ipfs/${broken.cid}?format=car`, 404, 'BLOCK_UNREADABLE'],
    ['/ipns/somebody?format=ipns-record', 400, 'CID_INVALID'],
    [`/ipns/${leaf.cid}?format=ipns-record`, 400, 'CID_INVALID'],
    [`/ipns/${identityCid(0x72, Buffer.from('nobody'))}?format=ipns-record`, 404, 'ROOT_UNKNOWN'],
    ['/ipns/example.com', 406, 'FORMAT_UNSUPPORTED'],
    ['/', 404, 'PATH_UNKNOWN'],
    ['/ipfs/', 404, 'PATH_UNKNOWN'],
    ['/etc/passwd', 404, 'PATH_UNKNOWN'],
    [`/ipfs/${leaf.cid}/../../../etc/passwd`, 404, 'PATH_UNKNOWN'],
  ])('%s is answered with %d %s', async (target, status, code) => {
    const headers = { Accept: '*/*' }
    const answer = await ask(target, headers)
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([status, code])
    const head = await ask(target, headers, 'HEAD')
    expect([head.status, head.body.length]).toEqual([status, 0])
  })

  it('is what names no format', async () => {
    expect((await ask(`/ipfs/${leaf.cid}`)).status).toBe(400)
  })

  it('is any method that changes something', async () => {
    const { status, headers } = await ask(`/ipfs/${leaf.cid}?format=raw`, {}, 'DELETE')
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
    const preflight = await ask(`/ipfs/${leaf.cid}`, {}, 'OPTIONS')
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toMatch(
      /PAYMENT-SIGNATURE.*Access-Control-Expose-Headers/,
    )
  })

  it('is what is not here and is not to be fetched from elsewhere', async () => {
    const only = { 'Cache-Control': 'no-transform, only-if-cached' }
    expect((await ask(`/ipfs/${missing.cid}?format=raw`, only)).status).toBe(412)
    expect((await ask(`/ipfs/${missing.cid}?format=car`, only, 'HEAD')).status).toBe(412)
    expect((await ask(`/ipfs/${leaf.cid}?format=raw`, only)).status).toBe(200)
  })
})

describe('behind a gate', () => {
  const price = { amount: 3n, per: 10n }
  const payments = memoryPayments()
  const gate = createGate({ payee: payments.payee, price, asset: NATIVE_TOKEN, window: 10_000, least: 100 })
  const sold = () => createGateway({ content: folder, serve: gate.serve })
  const amount = (headers: Headers) =>
    JSON.parse(Buffer.from(headers.get('PAYMENT-REQUIRED') ?? '', 'base64').toString()).accepts[0].amount

  it('everything but what is nothing is sold, at its length, and at a least price', async () => {
    const block = await ask(`/ipfs/${leaf.cid}?format=raw`, {}, 'GET', sold())
    expect([block.status, amount(block.headers)]).toEqual([402, String(owedFor(price, 100))])
    const file = `/ipfs/${tree.root}/dir/file?format=car`
    const car = await ask(file, {}, 'GET', sold())
    const { body } = await ask(file)
    expect([car.status, amount(car.headers)]).toEqual([402, String(owedFor(price, body.length))])
    for (const format of ['raw', 'car'])
      expect((await ask(`/ipfs/${empty}?format=${format}`, {}, 'GET', sold())).status).toBe(200)
  })

  it('what is missing or asked for in a wrong way costs nothing', async () => {
    const status = async (target: string) => (await ask(target, {}, 'GET', sold())).status
    expect(await status(`/ipfs/${missing.cid}?format=raw`)).toBe(404)
    expect(await status(`/ipfs/${missing.cid}?format=car`)).toBe(404)
    expect(await status(`/ipfs/${partial.cid}?format=car`)).toBe(404)
    expect(await status(`/ipfs/${tree.root}/none?format=car`)).toBe(404)
    expect(await status(`/ipfs/${leaf.cid}?format=tar`)).toBe(406)
    expect(await status(`/ipfs/${leaf.cid}?format=car&dag-scope=x`)).toBe(400)
  })
})
