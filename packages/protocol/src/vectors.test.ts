import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Session } from './handshake/session.ts'
import { lockProof, verifyLockProof } from './locks/proof.ts'
import { emptyLocks, locksRoot, lowestFreeSlot, setLock } from './locks/tree.ts'
import { decodeFrame, decodeMessage, encodeFrame, encodeMessage } from './messages/codec.ts'
import type { Frame, IgnoredFrame, PeerMessage } from './messages/types.ts'
import { bytesToHex, hexToBytes } from './primitives/bytes.ts'
import { type Address, type Hex, type Id, ZERO_HASH } from './primitives/hex.ts'
import { createDigests, type Digests } from './signing/digests.ts'
import { type Domain, hashDomain } from './signing/eip712.ts'
import type { VirtualTerms } from './terms/terms.ts'
import { checkChannelTerms, checkVirtualTerms } from './terms/terms-check.ts'
import { checkTick, tickAnchor, tickAt } from './terms/ticks.ts'
import type { Close, CloseRequest, LaneVoucher, Voucher, Withdrawal } from './terms/voucher.ts'
import { voucherValue } from './terms/voucher-value.ts'
import { signerFromKey, testCrypto } from './testing/crypto.ts'
import { decodeVirtualItem } from './tower/items.ts'
import { holdingProof } from './tower/proof.ts'
import { towerRequestDigest } from './tower/request.ts'
import { virtualHint } from './tower/sealing.ts'

const { keccak256, recover } = testCrypto

/** Decimal strings stand for bigints. */
const revive = (_: string, value: unknown): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : value

interface VectorFile<Case> {
  readonly domain: Domain
  readonly cases: readonly Case[]
}

function read<Case>(name: string): VectorFile<Case> {
  const url = new URL(`../../../specs/vectors/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'), revive) as VectorFile<Case>
}

function each<Case>(name: string, check: (one: Case, digests: Digests) => void): void {
  it(name, () => {
    const { domain, cases } = read<Case>(name)
    expect(cases.length).toBeGreaterThan(0)
    const digests = createDigests(domain, testCrypto)
    for (const one of cases) check(one, digests)
  })
}

interface Signed {
  readonly digest: Hex
  readonly signer: Address
  readonly signature: Hex
}

const signers = new Map(
  read<{ key: Hex; address: Address }>('keys').cases.map(({ key, address }) => [address, signerFromKey(key)]),
)

function eachSigned<T>(name: string, digestOf: (digests: Digests) => (value: T) => Hex): void {
  each<T & Signed>(name, (one, digests) => {
    expect(digestOf(digests)(one)).toBe(one.digest)
    expect(recover(one.digest, one.signature)).toBe(one.signer)
    expect(signers.get(one.signer)?.sign(one.digest)).toBe(one.signature)
  })
}

describe('the vectors of ids and signatures', () => {
  each<Domain & CloseRequest & { separator: Hex; closeRequest: Hex }>('domains', (one) => {
    expect(bytesToHex(hashDomain(keccak256, one))).toBe(one.separator)
    expect(createDigests(one, testCrypto).closeRequest(one)).toBe(one.closeRequest)
  })

  each<{ key: Hex; address: Address }>('keys', ({ key, address }) => {
    expect(signerFromKey(key).address).toBe(address)
  })

  interface Channel {
    readonly aAccount: Address
    readonly aSigner: Address
    readonly bAccount: Address
    readonly bSigner: Address
    readonly token: Address
    readonly disputeWindow: number
    readonly nonce: bigint
    readonly id: Id
  }
  each<Channel>('channels', ({ aAccount, aSigner, bAccount, bSigner, id, ...terms }, digests) => {
    const a = { account: aAccount, signer: aSigner }
    const b = { account: bAccount, signer: bSigner }
    expect(digests.channelId({ a, b, ...terms })).toBe(id)
  })

  each<VirtualTerms & { id: Id; condition: Hex }>('virtuals', ({ id, condition, ...terms }, digests) => {
    expect(digests.virtualId(terms)).toBe(id)
    expect(digests.virtualCondition(id)).toBe(condition)
  })

  interface FlatTerms {
    readonly aAccount: Address
    readonly aSigner: Address
    readonly bAccount: Address
    readonly bSigner: Address
    readonly disputeWindow: number
    readonly nonce: bigint
    readonly token: Address
    readonly code: string
  }
  each<FlatTerms>('channels-refused', ({ aAccount, aSigner, bAccount, bSigner, code, ...rest }) => {
    const terms = { ...rest, a: { account: aAccount, signer: aSigner }, b: { account: bAccount, signer: bSigner } }
    expect(() => checkChannelTerms(terms)).toThrow(expect.objectContaining({ code }))
  })

  each<VirtualTerms & { readonly code: string }>('virtuals-refused', ({ code, ...terms }) => {
    expect(() => checkVirtualTerms(terms)).toThrow(expect.objectContaining({ code }))
  })

  each<{ resolver: Address; id: Id; side: number; condition: Hex }>('conditions', (one, digests) => {
    expect(digests.condition(one.resolver, one.id, one.side)).toBe(one.condition)
  })

  eachSigned<LaneVoucher>('lane-vouchers', (digests) => digests.laneVoucher)
  eachSigned<Voucher>('vouchers', (digests) => digests.voucher)
  eachSigned<Close>('closes', (digests) => digests.close)
  eachSigned<Withdrawal>('withdrawals', (digests) => digests.withdrawal)
  eachSigned<CloseRequest>('close-requests', (digests) => digests.closeRequest)
  eachSigned<Session>('sessions', (digests) => digests.session)
})

describe('the vectors of locks', () => {
  interface Roots {
    readonly slots: readonly number[]
    readonly amounts: readonly bigint[]
    readonly conditions: readonly Hex[]
    readonly depth: number
    readonly lowestFreeSlot: number
    readonly root: Hex
  }
  each<Roots>('lock-roots', ({ slots, amounts, conditions, depth, root, ...one }) => {
    const tree = slots.reduce(
      (before, slot, i) =>
        setLock(keccak256, before, slot, { amount: amounts[i] ?? 0n, condition: conditions[i] ?? ZERO_HASH }),
      emptyLocks,
    )
    expect({ depth: tree.depth, root: locksRoot(tree) }).toEqual({ depth, root })
    expect(lowestFreeSlot(tree)).toBe(one.lowestFreeSlot)
    if (slots[0] !== undefined) expect(lockProof(tree, slots[0])).toHaveLength(depth)
  })

  interface Proof {
    readonly root: Hex
    readonly slot: number
    readonly amount: bigint
    readonly condition: Hex
    readonly proof: readonly Hex[]
  }
  each<Proof>('lock-proofs', ({ root, slot, proof, amount, condition }) => {
    expect(verifyLockProof(keccak256, root, slot, { amount, condition }, proof)).toBe(true)
    expect(verifyLockProof(keccak256, root, slot, { amount: amount - 1n, condition }, proof)).toBe(false)
  })
})

describe('the vectors of payments', () => {
  interface Ticks {
    readonly seed: Hex
    readonly count: number
    readonly anchor: Hex
    readonly index: number
    readonly preimage: Hex
  }
  each<Ticks>('ticks', ({ seed, count, anchor, index, preimage }) => {
    expect(tickAnchor(keccak256, seed, count)).toBe(anchor)
    expect(tickAt(keccak256, seed, count, index)).toEqual({ index, preimage })
    const voucher = { virtualId: ZERO_HASH, amount: 0n, tickAnchor: anchor, tickValue: 1n, tickCount: count }
    checkTick(keccak256, voucher, { index, preimage })
  })

  interface Value {
    readonly amount: bigint
    readonly tickValue: bigint
    readonly index: number
    readonly capacity: bigint
    readonly value: bigint
  }
  each<Value>('voucher-values', ({ amount, tickValue, index, capacity, value }) => {
    const voucher = { virtualId: ZERO_HASH, amount, tickAnchor: ZERO_HASH, tickValue, tickCount: index }
    expect(voucherValue({ voucher, tick: { index, preimage: ZERO_HASH } }, capacity)).toBe(value)
  })
})

describe('the vectors of messages', () => {
  type Encoded =
    | { readonly envelope: 'message'; readonly value: PeerMessage; readonly bytes: Hex }
    | { readonly envelope: 'frame'; readonly value: Frame; readonly bytes: Hex }
  each<Encoded>('messages', (one) => {
    const bytes = hexToBytes(one.bytes)
    const encoded = one.envelope === 'frame' ? encodeFrame(one.value) : encodeMessage(one.value)
    expect(bytesToHex(encoded)).toBe(one.bytes)
    expect(one.envelope === 'frame' ? decodeFrame(bytes) : decodeMessage(bytes)).toEqual(one.value)
  })

  eachSigned<{ tower: Address; request: Hex }>(
    'tower-requests',
    (digests) => (asked) => towerRequestDigest(keccak256, digests.domain, asked),
  )

  each<{ virtualId: Id; hint: Hex; plain: Hex }>('tower-items', ({ virtualId, hint, plain }, digests) => {
    expect(virtualHint(keccak256, virtualId)).toBe(hint)
    expect(digests.virtualId(decodeVirtualItem('vector', hexToBytes(plain)).terms)).toBe(virtualId)
  })

  each<{ nonce: Hex; items: readonly { key: string; bytes: Hex }[]; proof: Hex }>('tower-proofs', (one) => {
    const items = one.items.map(({ key, bytes }): readonly [string, Uint8Array] => [key, hexToBytes(bytes)])
    expect(holdingProof(keccak256, one.nonce, items.toReversed())).toBe(one.proof)
  })

  each<{ bytes: Hex; value: Frame | IgnoredFrame }>('messages-extended', ({ bytes, value }) => {
    expect(decodeFrame(hexToBytes(bytes))).toEqual(value)
  })

  each<{ why: string; bytes: Hex; code: string }>('messages-refused', ({ why, bytes, code }) => {
    expect(() => decodeMessage(hexToBytes(bytes)), why).toThrow(expect.objectContaining({ code }))
  })
})

describe('the independent verifier', () => {
  const script = fileURLToPath(new URL('../../../specs/verify.mjs', import.meta.url))
  const vectors = fileURLToPath(new URL('../../../specs/vectors/', import.meta.url))
  const verify = (folder: string) => spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })

  it('agrees with every vector', () => {
    const { stdout, status } = verify(vectors)
    expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/)
    expect(status).toBe(0)
  })

  it('notices one wrong value in every file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const names = readdirSync(vectors)
    for (const name of names) {
      const content = JSON.parse(readFileSync(join(vectors, name), 'utf8')) as { cases: Record<string, unknown>[] }
      spoil(name, content.cases)
      writeFileSync(join(folder, name), JSON.stringify(content))
    }
    const { stdout, status } = verify(folder)
    const failed = names.filter((name) => stdout.includes(`FAILED ${name.replace('.json', '')}[0]`))
    expect(failed).toEqual(names)
    expect(status).toBe(1)
  })
})

/** Changes what the first case says last, which is what the others lead to. */
function spoil(name: string, [first]: Record<string, unknown>[]): void {
  if (first === undefined) throw new Error(`${name} has no case`)
  if (name === 'messages-refused.json') {
    first.bytes = bytesToHex(encodeMessage({ type: 'agree', channelId: ZERO_HASH }))
    return
  }
  const key = Object.keys(first).at(-1) ?? ''
  first[key] = changed(first[key])
}

function changed(value: unknown): unknown {
  if (Array.isArray(value)) return value.with(-1, changed(value.at(-1)))
  const text = String(value)
  return `${text.slice(0, -1)}${text.endsWith('1') ? '2' : '1'}`
}
