import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markAccepted, rollBack } from '../lane/answer.ts'
import { countersignNewest, takeCountersignature } from '../lane/countersign.ts'
import { draftOperation, draftRestatement, draftState, emptyOutLane } from '../lane/draft.ts'
import { acceptUpdate, emptyInLane, refuseUpdate } from '../lane/receive.ts'
import { signDraft } from '../lane/sign.ts'
import type { LaneLock } from '../lane/state.ts'
import { emptyLocks, lockEntries, setLock } from '../locks/tree.ts'
import { hubTable } from '../machines/locks/hub.ts'
import { payeeTable } from '../machines/locks/payee.ts'
import { payerTable } from '../machines/locks/payer.ts'
import type { Address, Id } from '../primitives/hex.ts'
import { createDigests } from '../signing/digests.ts'
import { anyVirtualRecord } from '../testing/arbitrary-virtuals.ts'
import { fakeCrypto, fakeSigner } from '../testing/fake-crypto.ts'
import { goldenPhases } from '../testing/golden-records.ts'
import type { ChannelRecord } from './channel.ts'
import { channelKind } from './channel-kind.ts'
import { type DiskEntry, readRecords } from './kind.ts'
import { lockChanges } from './lock-changes.ts'
import { virtualKind } from './roles/all-roles.ts'
import type { VirtualRecord } from './virtual.ts'

const a: Address = `0x${'aa'.repeat(20)}`
const b: Address = `0x${'bb'.repeat(20)}`
const token: Address = `0x${'00'.repeat(20)}`
const channelId: Id = `0x${'11'.repeat(32)}`
const digests = createDigests({ chainId: 314n, contract: `0x${'cc'.repeat(20)}` }, fakeCrypto)
const hashing = { crypto: fakeCrypto, digests }
const kind = channelKind(hashing)

const fresh: ChannelRecord = {
  channelId,
  terms: { a: { account: a, signer: a }, b: { account: b, signer: b }, token, disputeWindow: 60, nonce: 7n },
  self: 0,
  peer: b,
  phase: { type: 'open', since: 5n, close: { type: 'none' } },
  out: emptyOutLane,
  in: emptyInLane,
  surplus: 0n,
  withdrawals: [],
}

type Disk = Map<string, Uint8Array>

function put(disk: Disk, writes: readonly DiskEntry[]): void {
  for (const { key, value } of writes) {
    if (value === undefined) disk.delete(key)
    else disk.set(key, value)
  }
}

let made = 0n
function add(record: ChannelRecord, capacity: bigint): ChannelRecord {
  made += 1n
  const terms = { path: [a, b], token, capacity, disputeWindow: 60, nonce: made }
  const out = draftOperation(hashing, record.out, { type: 'add', terms, memo: { until: [9n], fees: [] } })
  return { ...record, out }
}

function sign(record: ChannelRecord): ChannelRecord {
  const signed = signDraft(hashing, fakeSigner(a), { channelId, lane: 0 }, record.out, 3n)
  return signed === undefined ? record : { ...record, out: signed.lane }
}

/** The peer's lane is made the mirror of this side's, as if the peer did the same. */
function mirror(record: ChannelRecord): ChannelRecord {
  const newest = record.out.updates.find(
    ({ update, status }) => status !== 'refused' && update.base === record.in.current.seq,
  )
  if (newest === undefined) return record
  return { ...record, in: acceptUpdate(record.in, newest.update, newest.state, 12n) }
}

function fold(record: ChannelRecord, pick: number): ChannelRecord {
  const locks = [...lockEntries(draftState(record.out).locks)].map(([, lock]) => lock as LaneLock)
  const lock = locks[pick % Math.max(locks.length, 1)]
  if (lock === undefined) return record
  const operation = { type: 'fold', lockId: lock.lockId, amount: 0n } as const
  return { ...record, out: draftOperation(hashing, record.out, operation) }
}

function countersignOut(record: ChannelRecord): ChannelRecord {
  const { seq } = record.out.current
  const update = record.out.updates.find(({ state }) => state.seq === seq)?.update
  if (update === undefined) return record
  const signature = fakeSigner(b).sign(digests.laneVoucher(update.voucher))
  return { ...record, out: takeCountersignature(hashing, b, record.out, { seq, signature }, 4n) }
}

function countersignIn(record: ChannelRecord): ChannelRecord {
  const signed = countersignNewest(hashing, fakeSigner(a), record.in)
  return signed === undefined ? record : { ...record, in: signed.lane }
}

function refuse(record: ChannelRecord): ChannelRecord {
  const newest = record.out.updates.at(-1)
  if (newest === undefined || newest.status === 'refused') return record
  const received = refuseUpdate(record.in, newest.update)
  const out = rollBack(sign(record).out, newest.state.seq, newest.update.base)
  return { ...record, in: received, out: draftRestatement(out) }
}

const change = fc.oneof(
  fc.bigInt({ min: 1n, max: 99n }).map((capacity) => (record: ChannelRecord) => add(record, capacity)),
  fc.nat(9).map((pick) => (record: ChannelRecord) => fold(record, pick)),
  fc.constant(sign),
  fc.constant(mirror),
  fc.constant(countersignOut),
  fc.constant(countersignIn),
  fc.constant(refuse),
  fc.constant((record: ChannelRecord) => ({ ...record, out: markAccepted(record.out, record.out.current.seq) })),
  fc.constantFrom(...goldenPhases()).map(
    (phase) =>
      (record: ChannelRecord): ChannelRecord => ({ ...record, phase }),
  ),
)

describe('a channel on disk', () => {
  it('is the same when loaded, after any changes, each written at the cost of what changed', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 15 }), (batches) => {
        const disk: Disk = new Map()
        let record = fresh
        put(disk, kind.writes(undefined, record))
        for (const batch of batches) {
          const before = record
          for (const one of batch) record = one(record)
          record = sign(record)
          put(disk, kind.writes(before, record))
          expect(readRecords(kind, disk).get(channelId)).toEqual(record)
        }
        put(disk, kind.writes(record, undefined))
        expect(disk.size).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('with a thousand locks writes a handful of entries for an update', () => {
    let record = fresh
    for (let i = 0; i < 1000; i++) record = add(record, 5n)
    record = countersignOut(sign(record))
    const after = countersignOut(sign(fold(record, 500)))
    expect(kind.writes(record, after).length).toBeLessThanOrEqual(2)
    const next = sign(add(after, 7n))
    expect(kind.writes(after, next).length).toBeLessThanOrEqual(2)
    expect(kind.writes(next, { ...next })).toEqual([])
  })

  describe('spoilt', () => {
    const disk: Disk = new Map()
    put(disk, kind.writes(undefined, sign(add(countersignOut(sign(add(fresh, 3n))), 4n))))
    const key = `channel/${channelId}`
    const head = disk.get(key) ?? new Uint8Array()
    const load = (changes: readonly (readonly [string, Uint8Array | undefined])[]) => {
      const spoilt: Disk = new Map(disk)
      put(
        spoilt,
        changes.map(([changed, value]) => ({ key: changed, value })),
      )
      return () => readRecords(kind, spoilt)
    }
    const refused = (code: string, details: object) =>
      expect.objectContaining({ code, details: expect.objectContaining(details) })

    it('by another version is refused by its number', () => {
      for (const got of [0, 1, 3]) {
        const other = head.with(1, got)
        expect(load([[key, other]])).toThrow(refused('RECORD_VERSION_UNKNOWN', { key, got, expected: 2 }))
      }
    })

    it('by damage is refused with its key and what is wrong', () => {
      expect(load([])).not.toThrow()
      const elsewhere = `channel/0x${'22'.repeat(32)}`
      for (const [changes, at, reason] of [
        [[[key, head.subarray(1)]], key, /./],
        [[[key, head.slice(0, -1)]], key, /./],
        [[[key, undefined]], key, /gone/],
        [[[`${key}/what/1`, head]], `${key}/what/1`, /no part/],
        [[[`${key}/outLock/x`, head]], `${key}/outLock/x`, /no slot/],
        [[[`${key}/outLock/1`, head]], `${key}/outLock/1`, /^record\.\w+ is no known field/],
        [[[`${key}/out/2`, disk.get(`${key}/outLock/0`)]], `${key}/out/2`, /^record\.amount is no known field/],
        [[[elsewhere, head]], elsewhere, new RegExp(key)],
      ] as const) {
        expect(load(changes)).toThrow(
          refused('RECORD_MALFORMED', { key: at, reason: expect.stringMatching(reason) as string }),
        )
      }
    })
  })
})

describe('the changes between two lock trees', () => {
  const locks = fc.uniqueArray(fc.nat(40), { maxLength: 20 })
  const treeOf = (slots: readonly number[]) =>
    [...slots].reduce(
      (tree, slot) => setLock(fakeCrypto.keccak256, tree, slot, { amount: BigInt(slot), condition: channelId }),
      emptyLocks,
    )

  it('lead from one to the other', () => {
    fc.assert(
      fc.property(locks, locks, (from, to) => {
        const entries = new Map(lockEntries(treeOf(from)))
        for (const { slot, lock } of lockChanges(treeOf(from), treeOf(to))) {
          if (lock === undefined) entries.delete(slot)
          else entries.set(slot, lock)
        }
        expect([...entries].sort(([x], [y]) => x - y)).toEqual([...lockEntries(treeOf(to))])
      }),
    )
  })
})

describe('a virtual channel on disk', () => {
  it('is the same when loaded, in any phase of any role', () => {
    fc.assert(
      fc.property(anyVirtualRecord, anyVirtualRecord, (one, later) => {
        const other = { ...later, virtualId: one.virtualId }
        const disk: Disk = new Map()
        put(disk, virtualKind.writes(undefined, one))
        expect(readRecords(virtualKind, disk).get(one.virtualId)).toEqual(one)
        put(disk, virtualKind.writes(one, other))
        expect(readRecords(virtualKind, disk).get(one.virtualId)).toEqual(other)
        put(disk, virtualKind.writes(other, undefined))
        expect(disk.size).toBe(0)
      }),
    )
  })

  it('in a phase that its role does not have is not loaded', () => {
    fc.assert(
      fc.property(anyVirtualRecord, anyVirtualRecord, ({ phase }, other) => {
        const phases = { payer: payerTable, hub: hubTable, payee: payeeTable }[other.role]
        fc.pre(!(phase.type in phases))
        const mixed = { ...other, phase } as VirtualRecord
        expect(() => virtualKind.writes(undefined, mixed)).toThrow(/no variant/)
      }),
    )
  })
})
