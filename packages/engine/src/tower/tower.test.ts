import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import {
  type Address,
  bytesToHex,
  type ChannelTerms,
  type Cipher,
  decodeChannelItem,
  encodeChannelItem,
  type Hex,
  holdingProof,
  NATIVE_TOKEN,
  openItem,
  signTowerRequest,
  type TowerAnswer,
  type TowerRequest,
  virtualHint,
  virtualItemKey,
} from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signCloseRequest } from '../defence/goals/close-request.ts'
import { readBackup } from '../recovery/backup.ts'
import { Disk } from '../testing/disk.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'
import { type Handover, handover } from './handover.ts'
import { Tower } from './tower.ts'

const AEAD = 'chacha20-poly1305'
const cipher: Cipher = {
  seal(key, nonce, plain) {
    const sealing = createCipheriv(AEAD, key, nonce, { authTagLength: 16 })
    return new Uint8Array([...sealing.update(plain), ...sealing.final(), ...sealing.getAuthTag()])
  },
  open(key, nonce, sealed) {
    try {
      const opening = createDecipheriv(AEAD, key, nonce, { authTagLength: 16 }).setAuthTag(sealed.subarray(-16))
      return new Uint8Array([...opening.update(sealed.subarray(0, -16)), ...opening.final()])
    } catch {
      return undefined
    }
  },
}

const GAS_PAID = 10n ** 15n

let world: World
let tower: Tower
let disk: Disk
let guardian: Party
let payer: Party
let client: Party
let number = 0n

async function openTower(limits?: { items: number; bytes: number }): Promise<Tower> {
  const { scheduler, crypto, chain } = world
  const options = {
    signer: world.party('tower').address,
    store: disk.open(),
    crypto,
    digests: chain.digests,
    cipher,
    policy: world.party('tower').policy,
    clock: { now: () => scheduler.now(), after: (ms: number, run: () => void) => scheduler.after(ms, run) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    ...(limits && { limits }),
  }
  return world.finish(Tower.open(options))
}

async function begin(gasPrice = 0n): Promise<void> {
  const money = 10n ** 18n
  world = createWorld({
    seed: 21,
    ...(gasPrice > 0n && { chain: { gasPrice } }),
    parties: {
      tower: { money, guard: () => tower, policy: gasPrice > 0n ? { worthMin: 100 } : {} },
      payer: { money },
      client: { money },
    },
  })
  disk = new Disk(world.scheduler)
  tower = await openTower()
  ;[guardian, payer, client] = ['tower', 'payer', 'client'].map((name) => world.party(name)) as [Party, Party, Party]
  await world.start()
}

beforeEach(() => begin())
afterEach(() => world.stop())

const open = (from: Party, to: Party, deposit = 10n ** 17n) =>
  world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit }))

async function payOver(amount: bigint, isClosed: boolean) {
  const wanted = { payee: client.address, hubs: [], token: NATIVE_TOKEN, capacity: 10n ** 16n, first: amount }
  const opened = await world.finish(payer.engine.openVirtual(wanted))
  await world.scheduler.runUntil(
    'the client to hold it',
    () =>
      client.engine.virtuals().some(({ virtualId, amount: held }) => virtualId === opened.virtualId && held === amount),
    10_000,
  )
  if (isClosed) await world.finish(payer.engine.closeVirtual(opened.virtualId))
  return opened
}

function ask(
  request: Partial<TowerRequest>,
  from: Party = client,
  to: Address = guardian.address,
): Promise<TowerAnswer> {
  number = number + 1n > BigInt(world.scheduler.now()) ? number + 1n : BigInt(world.scheduler.now())
  const { crypto, chain } = world
  const asked = { client: from.address, number, puts: [], removes: [], list: false, ...request }
  const sign = (digest: Hex) => from.signer.sign(digest)
  return world.finish(tower.handle(signTowerRequest({ crypto, digests: chain.digests, sign }, to, asked)))
}

const putsOf = (items: Handover) => [...items].map(([key, value]) => ({ key, value }))
const handOver = async (from: Party = client) => {
  const items = from.engine.read((records) => handover(records, cipher))
  await ask({ puts: putsOf(items) }, from)
  return items
}
/** By a virtual channel of its own for each amount. */
const prepay = (amount = GAS_PAID, by = client) =>
  world.finish(tower.paid(by.address, bytesToHex(createHash('sha256').update(`${amount}`).digest()), amount))

/** The payer is a thief: its node is gone, and it makes calls of its own. */
function mined(): string[] {
  const calls: string[] = []
  world.chain.onMined = (sender, call, success) => {
    const name = [...world.parties.values()].find(({ account }) => account === sender)?.name
    calls.push(`${name} ${call.type} ${success}`)
  }
  return calls
}
const count = (calls: readonly string[], begin: string) => calls.filter((call) => call.startsWith(begin)).length
const termsOf = (channelId: Hex): ChannelTerms => {
  const record = readBackup(client.engine.backup(), world.crypto).channels.get(channelId)
  if (record === undefined) throw new Error('the backup holds the channel')
  return record.terms
}
/** Past all windows: the dispute's and those of virtual channels. */
const WINDOWS = 60_000

/** The client is away for the whole window, and comes back after it. */
async function returns(): Promise<void> {
  await world.scheduler.runFor(WINDOWS)
  await world.finish(client.start())
  await world.scheduler.runUntil(
    'the client to have closed',
    () => client.engine.channels().every(({ status }) => status === 'closed'),
    300_000,
  )
}

describe('while a client is away for a whole window, a tower', () => {
  it('shows what it received to a peer that closes with nothing shown', async () => {
    const { channelId } = await open(payer, client)
    await payOver(10n ** 15n, true)
    await prepay()
    await handOver()
    const { money } = client
    const terms = termsOf(channelId)
    const calls = mined()
    client.kill()
    payer.kill()
    world.chain.submit(payer.account, { type: 'startClose', terms })
    await returns()
    expect(count(calls, 'tower updateLane')).toBe(1)
    expect(count(calls, 'client updateLane')).toBe(0)
    expect(client.money - money).toBe(10n ** 15n)
  })

  it('redeems the highest voucher of a virtual channel whose payer begins its window with nothing', async () => {
    const { channelId } = await open(payer, client)
    const { terms, virtualId } = await payOver(3n * 10n ** 15n, false)
    await prepay()
    await handOver()
    const { money } = client
    const calls = mined()
    const channel = termsOf(channelId)
    client.kill()
    payer.kill()
    const request = signCloseRequest(payer.signer, world.chain.digests, [virtualId], 2n ** 62n)
    world.chain.submit(payer.account, { type: 'closeVirtual', terms, request })
    world.chain.submit(payer.account, { type: 'startClose', terms: channel })
    await returns()
    expect(calls).toContain('tower redeem true')
    expect(count(calls, 'client redeem')).toBe(0)
    expect(client.money - money).toBe(3n * 10n ** 15n)
    expect(tower.view()).toMatchObject({ clients: 1 })
  })

  it('answers after a restart of its own, by what is on its disk', async () => {
    const { channelId } = await open(payer, client)
    await payOver(10n ** 15n, true)
    await prepay()
    await handOver()
    const calls = mined()
    const { money } = client
    const terms = termsOf(channelId)
    client.kill()
    payer.kill()
    guardian.kill()
    world.chain.submit(payer.account, { type: 'startClose', terms })
    await world.scheduler.runFor(3_000)
    tower = await openTower()
    await world.finish(guardian.start())
    await returns()
    expect(count(calls, 'tower updateLane')).toBe(1)
    expect(client.money - money).toBe(10n ** 15n)
  })

  it('answers with what was handed over last, however often a reorganisation undoes it', async () => {
    const { channelId } = await open(payer, client)
    await payOver(10n ** 15n, true)
    await prepay()
    await handOver()
    await payOver(2n * 10n ** 15n, true)
    await handOver()
    const { money } = client
    const terms = termsOf(channelId)
    client.kill()
    payer.kill()
    world.chain.submit(payer.account, { type: 'startClose', terms })
    await world.scheduler.runFor(3_500)
    world.chain.reorg(1)
    await returns()
    expect(client.money - money).toBe(3n * 10n ** 15n)
  })

  it('lets alone what is in order: a peer that shows the newest state, and a window that is over', async () => {
    const { channelId } = await open(payer, client)
    await payOver(10n ** 15n, true)
    await prepay()
    await handOver()
    const calls = mined()
    client.kill()
    void payer.engine.closeChannel(channelId, 'unilateral').catch(() => {})
    await world.scheduler.runFor(WINDOWS)
    expect(count(calls, 'tower')).toBeLessThanOrEqual(1)
    await world.finish(client.start())
  })

  it('spends no more for it than it paid, counts what it spent, and does nothing for one who has paid too little', async () => {
    await world.stop()
    await begin(10n ** 9n)
    const { channelId } = await open(payer, client)
    await payOver(10n ** 15n, true)
    await prepay(1_000n)
    await handOver()
    const calls = mined()
    const terms = termsOf(channelId)
    client.kill()
    payer.kill()
    world.chain.submit(payer.account, { type: 'startClose', terms })
    await world.scheduler.runFor(5_000)
    expect(count(calls, 'tower')).toBe(0)
    await prepay()
    await world.scheduler.runFor(5_000)
    expect(count(calls, 'tower updateLane')).toBe(1)
    const { balance, spent } = tower.view()
    expect(spent).toBeGreaterThan(0n)
    expect(balance + spent).toBe(GAS_PAID + 1_000n)
  })
})

describe('a tower takes', () => {
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error) => error.code,
    )

  beforeEach(async () => {
    await open(payer, client)
    await payOver(10n ** 15n, true)
  })

  it('nothing from one who did not pay', async () => {
    expect(await codeOf(handOver())).toBe('TOWER_NOT_PAID')
    expect(tower.view()).toMatchObject({ clients: 0, items: 0 })
    expect(await ask({})).toEqual({ balance: 0n, spent: 0n })
    expect(disk.size).toBe(0)
  })

  it('payments over a virtual channel once', async () => {
    await prepay(500n)
    await prepay(500n)
    await prepay(700n)
    expect(tower.balanceOf(client.address)).toBe(1_200n)
    tower = await openTower()
    await prepay(700n)
    expect(tower.balanceOf(client.address)).toBe(1_200n)
  })

  it('nothing that its disk did not: what failed is not held, and paid for once when there is space again', async () => {
    await prepay(500n)
    const items = await handOver()
    await payOver(2n * 10n ** 15n, true)
    disk.fate = () => 'fullForNow'
    await expect(handOver()).rejects.toThrow('no space left')
    await expect(prepay(700n)).rejects.toThrow('no space left')
    disk.fate = () => 'done'
    const { hashes = [], balance } = await ask({ list: true })
    const { keccak256 } = world.crypto
    expect(hashes).toEqual([...items].map(([key, value]) => ({ key, hash: bytesToHex(keccak256(value)) })))
    expect(balance).toBe(500n)
    await prepay(700n)
    const newer = await handOver()
    tower = await openTower()
    await prepay(700n)
    const nonce = `0x${'5a'.repeat(32)}` as const
    const shown = await ask({ nonce })
    expect(shown).toMatchObject({ balance: 1_200n, proof: holdingProof(keccak256, nonce, newer) })
  })

  it('no request that its client did not sign for it, none twice, and none of another time', async () => {
    await prepay()
    expect(await codeOf(ask({ client: payer.address }))).toBe('TOWER_REQUEST_REFUSED')
    expect(await codeOf(ask({}, client, payer.address))).toBe('TOWER_REQUEST_REFUSED')
    await ask({})
    number -= 1n
    expect(await codeOf(ask({ number }))).toBe('TOWER_REQUEST_REFUSED')
    expect(await codeOf(ask({ number: BigInt(world.scheduler.now()) + 700_000n }))).toBe('TOWER_REQUEST_REFUSED')
    await expect(world.finish(tower.handle(Uint8Array.of(1, 2, 3)))).rejects.toMatchObject({ code: 'RECORD_MALFORMED' })
  })

  it('no item that is not what its key says, or that both ends did not sign', async () => {
    await prepay()
    const items = [...client.engine.read((records) => handover(records, cipher))]
    const [key, value] = items.find(([name]) => name.startsWith('channel/')) ?? []
    if (key === undefined || value === undefined) throw new Error('a channel is handed over')
    const item = decodeChannelItem(key, value)
    const [lane] = item.lanes
    if (lane === undefined) throw new Error('a lane is handed over')
    const put = (name: string, bytes: Uint8Array, from = client) =>
      codeOf(ask({ puts: [{ key: name, value: bytes }] }, from))
    const changed = (changes: Partial<typeof item>) => encodeChannelItem({ ...item, ...changes })
    expect(await put(`channel/0x${'11'.repeat(32)}`, value)).toBe('TOWER_ITEM_INVALID')
    expect(await put('channel', value)).toBe('TOWER_ITEM_INVALID')
    expect(await put(key, value.subarray(1))).toBe('TOWER_ITEM_INVALID')
    expect(await put(key, changed({ lanes: [lane, lane] }))).toBe('TOWER_ITEM_INVALID')
    const forged = { ...lane, voucher: { ...lane.voucher, paid: lane.voucher.paid + 1n } }
    expect(await put(key, changed({ lanes: [forged] }))).toBe('TOWER_ITEM_INVALID')
    expect(await put(key, changed({ lanes: [{ ...lane, receiverSignature: lane.payerSignature }] }))).toBe(
      'TOWER_ITEM_INVALID',
    )
    expect(await put(`virtual/0x${'22'.repeat(32)}`, new Uint8Array(5_000))).toBe('TOWER_ITEM_INVALID')
    await prepay(1n, guardian)
    expect(await put(key, value, guardian)).toBe('TOWER_ITEM_INVALID')
    expect(tower.view().items).toBe(0)
    expect(await put(key, value)).toBe('done')
  })

  it('no older voucher than it has: who hands one over lost data', async () => {
    await prepay()
    const old = await handOver()
    await payOver(10n ** 15n, true)
    const items = await handOver()
    expect(items).not.toEqual(old)
    expect(await codeOf(ask({ puts: putsOf(old) }))).toBe('TOWER_ITEM_OLDER')
  })

  it('no more than it has room for, and lets go of what its client takes back', async () => {
    await prepay()
    tower = await openTower({ items: 1, bytes: 100_000 })
    const items = await handOver()
    const other = [{ key: `virtual/0x${'33'.repeat(32)}`, value: new Uint8Array(50) }]
    expect(await codeOf(ask({ puts: other }))).toBe('TOWER_FULL')
    await ask({ removes: [...items.keys()] })
    await ask({ puts: other })
    expect(tower.view().items).toBe(1)
    tower = await openTower()
    expect(tower.view().items).toBe(1)
  })

  it('what it is given as it is, which it shows by a fresh nonce, and reads no virtual channel in it', async () => {
    await prepay()
    const { virtualId, terms } = await payOver(10n ** 14n, false)
    const items = await handOver()
    const nonce = `0x${'44'.repeat(32)}` as const
    const { proof, hashes } = await ask({ nonce, list: true })
    const { keccak256 } = world.crypto
    expect(proof).toBe(holdingProof(keccak256, nonce, items))
    expect(proof).not.toBe(holdingProof(keccak256, nonce, [...items].slice(1)))
    expect(new Map(hashes?.map(({ key, hash }) => [key, hash]))).toEqual(
      new Map([...items].map(([key, value]) => [key, bytesToHex(keccak256(value))])),
    )
    const sealed = items.get(virtualItemKey(virtualHint(keccak256, virtualId)))
    if (sealed === undefined) throw new Error('the virtual channel is handed over')
    const text = bytesToHex(sealed)
    for (const part of [virtualId, ...terms.path]) expect(text).not.toContain(part.slice(2))
    expect([...items.keys()].join()).not.toContain(virtualId.slice(2))
    expect(openItem(keccak256, cipher, `0x${'55'.repeat(32)}`, sealed)).toBeUndefined()
  })
})
