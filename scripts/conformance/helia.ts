import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SuiteResult } from './go-report.ts'

// Helia and verified-fetch are some 600 packages: whoever wants to try them installs them somewhere and names that folder.

/** What is imported from there. */
const MODULES = [
  ...['helia', '@helia/unixfs', '@helia/verified-fetch', '@helia/fallback-router', '@helia/trustless-gateway-client'],
  ...[
    'ipfs-unixfs-importer',
    '@ipld/car/buffer-writer',
    '@ipld/dag-cbor',
    'multiformats/cid',
    'multiformats/hashes/sha2',
  ],
]

/** A module of that folder. Its types are not here. */
// biome-ignore lint/suspicious/noExplicitAny: the packages are not installed here
type Module = any
type Modules = Readonly<Record<string, Module>>

/** Imports the modules from a folder that has a `node_modules`, as a program in it would. */
export async function importHelia(packages: string): Promise<Modules> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-helia-'))
  try {
    symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'))
    const program = join(folder, 'load.mjs')
    writeFileSync(program, 'export const load = (name) => import(name)\n')
    const { load } = await import(pathToFileURL(program).href)
    return Object.fromEntries(await Promise.all(MODULES.map(async (name) => [name, await load(name)])))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Content that Helia's own parts made. */
export interface HeliaContent {
  readonly plain: string
  readonly sharded: string
  readonly document: string
}

const FILE = Buffer.alloc(3_000_000, 'a file of several blocks ')
const HELLO = Buffer.from('hello')
const SHARDED = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`${i}.txt`, Buffer.from(`file ${i}`)]))

/** Makes a CAR with a directory, a sharded directory and a document of DAG-CBOR that links to a file. */
export async function makeHeliaContent(modules: Modules, folder: string): Promise<HeliaContent> {
  const { importer } = modules['ipfs-unixfs-importer']
  const { createWriter } = modules['@ipld/car/buffer-writer']
  const { CID } = modules['multiformats/cid']
  const { sha256 } = modules['multiformats/hashes/sha2']
  const codec = modules['@ipld/dag-cbor']
  const blocks: { cid: Module; bytes: Uint8Array }[] = []
  const store = { put: async (cid: Module, bytes: Uint8Array) => blocks.push({ cid, bytes }) && cid }
  const add = async (files: Readonly<Record<string, Uint8Array>>, shardSplitThresholdBytes: number) => {
    const found = new Map<string, Module>()
    const candidates = Object.entries(files).map(([path, content]) => ({ path, content }))
    for await (const { path, cid } of importer(candidates, store, {
      wrapWithDirectory: true,
      shardSplitThresholdBytes,
    }))
      found.set(path, cid)
    return found
  }
  const plain = await add({ 'dir/file': FILE, 'dir/hello': HELLO }, 1 << 20)
  const sharded = await add(SHARDED, 0)
  const bytes = codec.encode({ name: 'document', list: [1, 2], hello: plain.get('dir/hello') })
  const document = CID.createV1(codec.code, await sha256.digest(bytes))
  blocks.push({ cid: document, bytes })
  const size = blocks.reduce((sum, block) => sum + block.bytes.length + 128, 1024)
  const writer = createWriter(new ArrayBuffer(size), { roots: [document] })
  for (const block of blocks) writer.write(block)
  writeFileSync(join(folder, 'helia.car'), writer.close({ resize: true }))
  return { plain: `${plain.get('')}`, sharded: `${sharded.get('')}`, document: `${document}` }
}

/** Loads that content by Helia and by verified-fetch from a gateway. */
export async function loadByHelia(modules: Modules, url: string, content: HeliaContent): Promise<SuiteResult> {
  const helia = await startHelia(modules, url)
  try {
    const { CID } = modules['multiformats/cid']
    const { decode } = modules['@ipld/dag-cbor']
    const fs = modules['@helia/unixfs'].unixfs(helia)
    const fetch = await modules['@helia/verified-fetch'].createVerifiedFetch(helia)
    const { plain, sharded, document } = content
    const cat = (root: string, path: string) => collect(fs.cat(CID.parse(root), { path }))
    const get = async (path: string) => Buffer.from(await (await fetch(`ipfs://${path}`)).arrayBuffer())
    return await runCases({
      'Helia: a file': async () => FILE.equals(await cat(plain, 'dir/file')),
      'Helia: a directory': async () => `${await names(fs.ls(CID.parse(plain), { path: 'dir' }))}` === 'file,hello',
      'Helia: a file of a sharded directory': async () => `${await cat(sharded, '77.txt')}` === 'file 77',
      'Helia: a sharded directory': async () => (await names(fs.ls(CID.parse(sharded)))).length === 400,
      'Helia: DAG-CBOR': async () => {
        const block = await collect(helia.blockstore.get(CID.parse(document)))
        return decode(block).name === 'document'
      },
      'verified-fetch: a file': async () => FILE.equals(await get(`${plain}/dir/file`)),
      'verified-fetch: a file of a sharded directory': async () => `${await get(`${sharded}/78.txt`)}` === 'file 78',
      'verified-fetch: DAG-CBOR': async () => decode(await get(document)).name === 'document',
      'verified-fetch: a path through DAG-CBOR': async () => HELLO.equals(await get(`${document}/hello`)),
    })
  } finally {
    await helia.stop()
  }
}

/** A Helia that knows one gateway, on the loopback and without TLS, and nobody else. */
function startHelia(modules: Modules, url: string): Promise<Module> {
  const { createHeliaLight } = modules.helia
  const { trustlessGatewayBlockBroker } = modules['@helia/trustless-gateway-client']
  const gateways = modules['@helia/fallback-router'].fallbackRouter({ gateways: [url] })
  const findProviders = (cid: Module, options: Module) => gateways.findProviders(cid, options)
  return createHeliaLight({
    blockBrokers: [trustlessGatewayBlockBroker({ allowInsecure: true, allowLocal: true })],
    routers: [{ name: 'one gateway', findProviders }],
  }).start()
}

async function collect(pieces: Module): Promise<Buffer> {
  const all = await pieces
  if (all instanceof Uint8Array) return Buffer.from(all)
  const chunks: Uint8Array[] = []
  for await (const chunk of all) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function names(entries: AsyncIterable<{ readonly name: string }>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const { name } of entries) all.push(name)
  return all.sort()
}

async function runCases(cases: Readonly<Record<string, () => Promise<boolean>>>): Promise<SuiteResult> {
  const failures: string[] = []
  for (const [name, run] of Object.entries(cases)) {
    const problem = await run().then(
      (isRight) => (isRight ? undefined : 'other content'),
      (error: unknown) => String(error),
    )
    if (problem !== undefined) failures.push(`${name}: ${problem}`)
  }
  return { passed: Object.keys(cases).length - failures.length, failed: failures.length, failures }
}
