import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { bytesToHex, type Hex, holdingProof, type TowerAnswer } from '@sluice/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { NodeError } from '../errors.ts'
import { nodeCipher } from './cipher.ts'
import { TowerCoverage } from './coverage.ts'

const { keccak256 } = await createNodeCrypto()
const tower = { url: 'http://127.0.0.1:1/', signer: `0x${'77'.repeat(20)}` } as const
const channelId: Hex = `0x${'11'.repeat(32)}`

let now: number
let items: Map<string, Uint8Array>
/** What the tower has, and how it spoils it. */
let held: Map<string, Uint8Array>
let isAway: boolean
let requests: number
let coverage: TowerCoverage

beforeEach(() => {
  now = 1_000_000
  items = new Map([
    [`channel/${channelId}`, Uint8Array.of(1)],
    [`virtual/${channelId}`, Uint8Array.of(2)],
  ])
  held = new Map()
  isAway = false
  requests = 0
  coverage = new TowerCoverage({
    tower,
    keccak256,
    items: () => items,
    now: () => now,
    async ask({ puts, removes, list, nonce }): Promise<TowerAnswer> {
      requests += 1
      if (isAway) throw new NodeError('TOWER_UNREACHABLE', { url: tower.url, problem: 'it is away' })
      for (const { key, value } of puts) held.set(key, value)
      for (const key of removes) held.delete(key)
      return {
        balance: 50n,
        spent: 7n,
        ...(list && { hashes: [...held].map(([key, value]) => ({ key, hash: bytesToHex(keccak256(value)) })) }),
        ...(nonce !== undefined && { proof: holdingProof(keccak256, nonce, held) }),
      }
    },
  })
})

const update = () =>
  coverage.update().then(
    () => 'done',
    (error) => error.code,
  )

describe('coverage by a tower', () => {
  it('hands all over, has it proven, and says which channels are covered as of when', async () => {
    expect(coverage.standing).toEqual({ ...tower, channels: [] })
    expect(await update()).toBe('done')
    expect(held).toEqual(items)
    const standing = { ...tower, channels: [channelId], coveredAt: now, provenAt: now, balance: 50n, spent: 7n }
    expect(coverage.standing).toEqual(standing)
  })

  it('hands over what changed alone, and takes back what is over', async () => {
    await update()
    requests = 0
    items = new Map([[`channel/${channelId}`, Uint8Array.of(9)]])
    now += 5
    await update()
    expect(held).toEqual(items)
    expect(requests).toBe(2)
    expect(coverage.standing).toMatchObject({ coveredAt: now, provenAt: now - 5 })
    await update()
    expect(requests).toBe(2)
  })

  it('hands over in parts what is more than a request holds', async () => {
    for (let i = 0; i < 450; i++) items.set(`virtual/0x${i.toString(16).padStart(64, '0')}`, new Uint8Array(4_000))
    expect(await update()).toBe('done')
    expect(held.size).toBe(452)
  })

  it('keeps what it had and says what is wrong while the tower is away, and goes on by itself', async () => {
    await update()
    const { coveredAt } = coverage.standing
    isAway = true
    items.set(`channel/${channelId}`, Uint8Array.of(3))
    now += 1_000
    expect(await update()).toBe('TOWER_UNREACHABLE')
    expect(coverage.standing).toMatchObject({ coveredAt, problem: expect.stringContaining('it is away') })
    isAway = false
    expect(await update()).toBe('done')
    expect(coverage.standing.problem).toBeUndefined()
    expect(coverage.standing.coveredAt).toBe(now)
  })

  it('finds out that a tower lost or changed what it was given, and gives it all again', async () => {
    await update()
    held.delete(`virtual/${channelId}`)
    expect(await update()).toBe('done')
    now += 3_600_000
    expect(await update()).toBe('TOWER_HOLDS_NOT')
    expect(coverage.standing.problem).toBeDefined()
    expect(await update()).toBe('done')
    expect(held).toEqual(items)
  })
})

describe('sealing', () => {
  it('opens by the same key and nonce, and by nothing else', () => {
    const [key, nonce, plain] = [new Uint8Array(32).fill(1), new Uint8Array(12).fill(2), Uint8Array.of(1, 2, 3)]
    const sealed = nodeCipher.seal(key, nonce, plain)
    expect(nodeCipher.open(key, nonce, sealed)).toEqual(plain)
    expect(nodeCipher.open(new Uint8Array(32), nonce, sealed)).toBeUndefined()
    expect(nodeCipher.open(key, nonce, sealed.with(0, sealed[0] === 0 ? 1 : 0))).toBeUndefined()
    expect(nodeCipher.open(key, nonce, new Uint8Array(3))).toBeUndefined()
  })
})
