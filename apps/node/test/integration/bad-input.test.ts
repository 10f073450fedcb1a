import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Ended, type Party, type World } from '../harness.ts'
import { createTriangle, onlyChannel, providing, type Triangle } from '../scenes.ts'

// Whatever is wrong: one clear line, a code that is not 0, nothing left running, no money lost.

let world: World
let triangle: Triangle

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 1_000_000)
})
afterAll(() => world?.end())

interface Failure {
  readonly code: string
  readonly message: string
  readonly action: string
}

function failureOf(ended: Ended): Failure {
  expect(ended.code).not.toBe(0)
  expect(ended.lines.filter(({ error }) => error !== undefined)).toHaveLength(1)
  const { error } = ended.lines.at(-1) ?? {}
  const failure = error as Failure
  expect(failure.message.split('\n')).toHaveLength(1)
  expect(failure.action.length).toBeGreaterThan(10)
  return failure
}

async function expectFailure(
  party: Party,
  args: readonly string[],
  exit: number,
  code: RegExp | string,
): Promise<Failure> {
  const ended = await world.run(party, ...args)
  const failure = failureOf(ended)
  expect(failure.code, JSON.stringify(failure)).toMatch(code)
  expect(ended.code, JSON.stringify(failure)).toBe(exit)
  return failure
}

/** Runs it and asserts that the client's channel is as before. */
async function withoutLoss(run: () => Promise<unknown>): Promise<void> {
  const before = await onlyChannel(world, triangle.client)
  await run()
  expect(await onlyChannel(world, triangle.client)).toEqual(before)
}

function outOf(name: string): readonly string[] {
  return ['--out', join(world.folder, name)]
}

test('a file that is not there can not be packed', async () => {
  await expectFailure(
    triangle.client,
    ['pack', join(world.folder, 'absent'), '--out', world.folder],
    2,
    'FILE_UNREADABLE',
  )
})

test('a folder whose CAR files are all broken is not served, and says what is wrong', async () => {
  const cars = join(world.folder, 'broken')
  mkdirSync(cars)
  writeFileSync(join(cars, 'broken.car'), randomBytes(1000))
  const party = await world.party('broken-provider')
  const { message } = await expectFailure(party, ['provide', cars], 2, 'FOLDER_EMPTY')
  expect(message).toContain('broken.car')
})

test('an empty folder is not served', async () => {
  const cars = join(world.folder, 'empty')
  mkdirSync(cars)
  await expectFailure(await world.party('empty-provider'), ['provide', cars], 2, 'FOLDER_EMPTY')
})

test('content that the provider does not have costs nothing', async () => {
  const { client, daemons } = triangle
  const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
  const url = `${daemons.provider.ready.httpUrl}/ipfs/${cid}`
  await withoutLoss(() => expectFailure(client, ['get', url, ...outOf('absent.car')], 4, 'RESPONSE_STATUS'))
})

test('an address without a CID is refused', async () => {
  const { client, daemons } = triangle
  const url = `${daemons.provider.ready.httpUrl}/hello`
  await expectFailure(client, ['get', url, ...outOf('x.car')], 2, 'CONTENT_UNVERIFIABLE')
})

test('a price above the limit is not paid', async () => {
  const { client, url } = triangle
  await withoutLoss(() =>
    expectFailure(client, ['get', url, '--max', '10', ...outOf('dear.car')], 4, /OFFER_AMOUNT|SPENDING_LIMIT/),
  )
})

test('too little in the channel is said before anything is paid', async () => {
  const { client, provider, content } = triangle
  const dear = await world.party('dear-provider')
  const daemon = await world.daemon(dear, ...providing(content), '--price', '1FIL')
  const hubUrl = [
    '--peer',
    String(triangle.daemons.hub.ready.signer),
    '--url',
    String(triangle.daemons.hub.ready.peerUrl),
  ]
  await world.ok(dear, 'channel', 'open', ...hubUrl, '--deposit', '1000')
  const url = `${daemon.ready.httpUrl}/ipfs/${content.cid}`
  await withoutLoss(() =>
    expectFailure(client, ['get', url, '--max', '1000000FIL', ...outOf('dear.car')], 4, 'PATH_TOO_SMALL'),
  )
  expect(provider.address).not.toBe(dear.address)
})

test('a provider whose hubs the client does not know is not paid', async () => {
  const { client, content } = triangle
  const daemon = await world.daemon(await world.party('lone-provider'), ...providing(content))
  const url = `${daemon.ready.httpUrl}/ipfs/${content.cid}`
  await withoutLoss(() => expectFailure(client, ['get', url, ...outOf('lone.car')], 4, 'PATH_UNKNOWN'))
})

/** A port of the loopback at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('a provider that is not there is named', async () => {
  const url = `http://127.0.0.1:${await freePort()}/ipfs/${triangle.content.cid}`
  await expectFailure(triangle.client, ['get', url, ...outOf('nobody.car')], 3, /UNREACHABLE|CONNECTION/)
})

test('a hub that can not be reached loses no deposit', async () => {
  const party = await world.party('hopeful')
  const before = await world.balance(party.address)
  const peer = ['--peer', triangle.hub.address, '--url', `ws://127.0.0.1:${await freePort()}`]
  await expectFailure(party, ['channel', 'open', ...peer, '--deposit', '1FIL'], 3, /UNREACHABLE/)
  expect(await world.balance(party.address)).toBe(before)
})

test('a peer that is another one than asked for loses no deposit', async () => {
  const party = await world.party('deceived')
  const before = await world.balance(party.address)
  const peer = ['--peer', triangle.client.address, '--url', String(triangle.daemons.hub.ready.peerUrl)]
  const ended = await world.run(party, 'channel', 'open', ...peer, '--deposit', '1FIL')
  failureOf(ended)
  expect(await world.balance(party.address)).toBe(before)
})

test('an account with too little on chain opens no channel', async () => {
  const party = await world.party('poor')
  const peer = [
    '--peer',
    String(triangle.daemons.hub.ready.signer),
    '--url',
    String(triangle.daemons.hub.ready.peerUrl),
  ]
  failureOf(await world.run(party, 'channel', 'open', ...peer, '--deposit', '1000000FIL'))
})

test.each(['--listen', '--rpc-listen', '--metrics-listen'])(
  'a taken port at %s is named and nothing stays',
  async (option) => {
    const taken = new URL(String(triangle.daemons.hub.ready.peerUrl)).port
    const party = await world.party(`taken-${option.slice(2)}`)
    const ended = await world.run(party, 'node', option, `127.0.0.1:${taken}`)
    const failure = failureOf(ended)
    expect(failure.code).toMatch(/PORT_TAKEN/)
    expect(failure.message).toContain(taken)
    expect(ended.code).toBe(6)
  },
)

test('a data folder in use is named', async () => {
  const ended = await world.run(triangle.client, 'node')
  expect(failureOf(ended).code).toBe('STORE_IN_USE')
  expect(ended.code).toBe(6)
})

test('a chain that is not there is named', async () => {
  const party = await world.party('chainless')
  const url = `http://127.0.0.1:${await freePort()}`
  await expectFailure({ ...party, environment: { SLUICE_CHAIN: url } }, ['node'], 3, 'CHAIN_UNREACHABLE')
})

test('an address without the contract is named', async () => {
  const party = await world.party('contractless')
  await expectFailure(
    { ...party, environment: { SLUICE_CONTRACT: `0x${'12'.repeat(20)}` } },
    ['node'],
    3,
    'CHAIN_NO_CONTRACT',
  )
})

test('a data folder without a key says how to make one', async () => {
  const party = await world.party('keyless')
  await expectFailure({ ...party, environment: { SLUICE_KEY: '' } }, ['node'], 2, 'KEY_MISSING')
})

test('a channel that is not there is named', async () => {
  await expectFailure(triangle.client, ['channel', 'close', '0x1234567890'], 2, 'CHANNEL_UNKNOWN')
})

test('people get one line on standard error', async () => {
  const { spawnSync } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'keys', 'show', '--data', join(world.folder, 'none')],
    {
      encoding: 'utf8',
    },
  )
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^sluice: [^\n]+ \[[A-Z_]+\]\n$/)
})

test('a file that is there is not written over', async () => {
  const { client, content, url } = triangle
  await withoutLoss(() => expectFailure(client, ['get', url, '--out', content.file], 2, 'OUTPUT_EXISTS'))
})

test('a hub that is gone is named before anything is locked', async () => {
  const { client, daemons, url } = triangle
  daemons.hub.signal('SIGKILL')
  await daemons.hub.ended
  const paidBefore = (await onlyChannel(world, client)).paid
  await expectFailure(client, ['get', url, ...outOf('hubless.car')], 3, 'HUB_FEES_UNKNOWN')
  expect(await onlyChannel(world, client)).toMatchObject({ paid: paidBefore, locked: { sent: '0', received: '0' } })
})
