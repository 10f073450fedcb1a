import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployToken, giveTokens, type TokenChain, tokenBalance } from '@sluice/adapters/testing'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Daemon, type Line, type Party, type World } from '../harness.ts'
import { changeWithoutGas, createTriangle, type ListedChannel, type Triangle } from '../scenes.ts'

// One story told in order: each test goes on where the one before stopped.

/** The token is plain: a million base units, all in one hand at first. */
const SHARE = 400_000n
const DEPOSIT = 300_000n
/** Base units of the token for every KiB. */
const PRICE = 9n

let world: World
let triangle: Triangle
let chain: TokenChain
let token: Address
let paid: bigint
let fees: bigint

beforeAll(async () => {
  world = await createWorld()
  const mint = (await world.party('mint')).address as Address
  // blocks come by themselves
  chain = { rpc: (method, ...params) => world.chain(method, params), mine: async () => {} }
  token = await deployToken(chain, mint)
  const prices = ['--price', `native:7,${token}:${PRICE}`]
  triangle = await createTriangle(world, 2_000_000, ['--tokens', `native,${token}:1000`, '--fee-ppm', '1000'], prices)
  for (const { address } of [triangle.client, triangle.hub]) {
    await giveTokens(chain, token, mint, address as Address, SHARE)
  }
})
afterAll(() => world?.end())

const open = (from: Party, to: Daemon, ...more: readonly string[]): Promise<Line> => {
  const peer = ['--peer', String(to.ready.signer), '--url', String(to.ready.peerUrl)]
  return world.ok(from, 'channel', 'open', ...peer, '--token', token, '--deposit', `${DEPOSIT}`, ...more)
}
const tokensOf = ({ address }: Party) => tokenBalance(chain, token, address as Address)

async function tokenChannel(party: Party): Promise<ListedChannel> {
  const { channels } = await world.ok(party, 'channel', 'list')
  const found = (channels as readonly (ListedChannel & { token: string })[]).filter((one) => one.token === token)
  expect(found).toHaveLength(1)
  return found[0] as ListedChannel
}

test('a channel in a token that nobody named is refused, and nothing is deposited', async () => {
  const { client, daemons } = triangle
  const { signer, peerUrl } = daemons.hub.ready
  const worthless = `0x${'70'.repeat(20)}`
  const peer = ['--peer', String(signer), '--url', String(peerUrl)]
  const refused = await world.run(client, 'channel', 'open', ...peer, '--token', worthless, '--deposit', '5')
  expect(refused.code).toBe(4)
  expect(refused.lines.at(-1)).toMatchObject({
    error: { code: 'CHANNEL_REJECTED', message: expect.stringContaining(`only in native, ${token}`) },
  })
})

test('an amount of a token is given in base units', async () => {
  const { client, daemons, url } = triangle
  const peer = ['--peer', String(daemons.hub.ready.signer)]
  const inFil = await world.run(client, 'channel', 'open', ...peer, '--token', token, '--deposit', '1FIL')
  expect([inFil.code, inFil.lines.at(-1)]).toMatchObject([2, { error: { code: 'VALUE_INVALID' } }])
  const unbounded = await world.run(client, 'get', url, '--token', token, '--out', join(world.folder, 'none.car'))
  expect([unbounded.code, unbounded.lines.at(-1)]).toMatchObject([2, { error: { code: 'VALUE_MISSING' } }])
})

test('channels in the token are opened and funded', async () => {
  const { client, hub, daemons } = triangle
  const both = [open(client, daemons.hub), open(hub, daemons.provider)]
  for (const opened of await Promise.all(both)) {
    expect(opened).toMatchObject({ status: 'open', token, deposits: { own: `${DEPOSIT}`, peer: '0' } })
  }
  expect([await tokensOf(client), await tokensOf(hub)]).toEqual([SHARE - DEPOSIT, SHARE - DEPOSIT])
})

test('a download is paid in the token, exactly, through the hub', async () => {
  const { client, provider, content, url } = triangle
  const [car, file] = [join(world.folder, 'token.car'), join(world.folder, 'token.bin')]
  const result = await world.ok(client, 'get', url, '--token', token, '--max', '20000', '--out', car, '--unpack', file)
  paid = (BigInt(content.carBytes) * PRICE + 1023n) / 1024n
  expect(result).toMatchObject({ complete: true, bytes: content.carBytes, paid: `${paid}`, token })
  expect(Number(result.payments)).toBeGreaterThan(1)
  expect(readFileSync(file).equals(readFileSync(content.file))).toBe(true)
  fees = BigInt(String(result.fees))
  expect(fees).toBe((paid + 999n) / 1000n)
  expect((await tokenChannel(client)).paid.sent).toBe(`${paid + fees}`)
  expect((await tokenChannel(provider)).paid.received).toBe(`${paid}`)
})

test('the same provider is paid in the native token by whoever wants that', async () => {
  const { client, content, url } = triangle
  const result = await world.ok(client, 'get', url, '--out', join(world.folder, 'native.car'))
  expect(result).toMatchObject({ complete: true, paid: `${content.price}`, token: NATIVE_TOKEN })
  expect((await tokenChannel(client)).paid.sent).toBe(`${paid + fees}`)
})

test('what costs more than the limit in the token is refused', async () => {
  const { client, url } = triangle
  const out = ['--out', join(world.folder, 'dear.car')]
  const refused = await world.run(client, 'get', url, '--token', token, '--max', `${paid - 1n}`, ...out)
  expect([refused.code, refused.lines.at(-1)]).toMatchObject([4, { error: { code: 'OFFER_AMOUNT' } }])
})

test('the channels close and every party has exactly the tokens that it should', async () => {
  const { client, hub, provider } = triangle
  for (const party of [client, provider]) {
    const { channelId } = await tokenChannel(party)
    expect(await world.ok(party, 'channel', 'close', channelId)).toMatchObject({ status: 'closed' })
  }
  expect(await tokensOf(client)).toBe(SHARE - paid - fees)
  expect(await tokensOf(hub)).toBe(SHARE + fees)
  expect(await tokensOf(provider)).toBe(paid)
  expect(await tokenBalance(chain, token, world.contract as Address)).toBe(0n)
  expect(await changeWithoutGas(world, provider, 1000n * 10n ** 18n)).toBe(0n)
})
