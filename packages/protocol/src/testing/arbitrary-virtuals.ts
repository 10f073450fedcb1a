import fc from 'fast-check'
import type { HubPhase } from '../machines/locks/hub-phases.ts'
import type { Decline, Leg } from '../machines/locks/lock.ts'
import type { PayeePhase } from '../machines/locks/payee.ts'
import type { PayerPhase } from '../machines/locks/payer.ts'
import type { Prolonged, VirtualRecord } from '../records/virtual.ts'
import { anyCode, anyHash, anySignedVoucher, anyUint32, anyUint64, anyUint128, anyVirtualTerms } from './arbitraries.ts'

type Arbitraries<T> = { readonly [K in keyof T]: fc.Arbitrary<T[K]> }
/** The fields that may be absent, all of them there. */
export type OptionalOf<T> = { [K in keyof T as undefined extends T[K] ? K : never]-?: Exclude<T[K], undefined> }
/** The fields that are always there. */
export type RequiredOf<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }

/** A value with all of its required fields, and any of those that may be absent. */
function fields<T>(required: Arbitraries<RequiredOf<T>>, optional: Arbitraries<OptionalOf<T>>): fc.Arbitrary<T> {
  const model = { ...required, ...optional } as Record<string, fc.Arbitrary<unknown>>
  // The two parameters hold the fields to those of T; a record by name of its fields does not say so.
  return fc.record(model, { requiredKeys: Object.keys(required) }) as fc.Arbitrary<unknown> as fc.Arbitrary<T>
}

/** A phase of each name, by a table that the compiler holds to the union. */
type ByType<P extends { readonly type: string }> = {
  readonly [T in P['type']]: fc.Arbitrary<Omit<Extract<P, { type: T }>, 'type'>>
}

function anyOf<P extends { readonly type: string }>(table: ByType<P>): fc.Arbitrary<P> {
  const named = Object.entries<fc.Arbitrary<object>>(table).map(([type, phase]) =>
    phase.map((rest) => ({ type, ...rest }) as object as P),
  )
  return fc.oneof(...named)
}

const anyLeg: fc.Arbitrary<Leg> = fc.record({ channelId: anyHash, slot: anyUint32 })
const anyDecline: fc.Arbitrary<Decline> = fc.record({ code: anyCode, returned: anyUint128 })

const incoming = anyLeg
const outgoing = anyLeg
const voucher = anySignedVoucher
const decline = anyDecline
const largestFold = anyUint128
const closingSince = anyUint64
const held = { voucher, largestFold }

export const anyHubPhase: fc.Arbitrary<HubPhase> = anyOf<HubPhase>({
  received: fields({ incoming }, {}),
  forwarded: fields({ incoming, outgoing }, held),
  asking: fields({ incoming, outgoing, closingSince }, { ...held, foldRefusedAt: anyUint64 }),
  claimed: fields({ incoming, outgoing, claimed: anyUint128, closingSince }, { ...held, decline }),
  folding: fields(
    { incoming, outgoing, amount: anyUint128, largestFold, closingSince, signedAt: anyUint64 },
    { voucher, decline },
  ),
  withdrawing: fields({ incoming, outgoing, code: anyCode, closingSince, refusedAt: anyUint64 }, held),
  claiming: fields({ incoming, outgoing, cost: anyUint128, closingSince }, { ...held, askedAt: anyUint64 }),
  writtenOff: fields(
    { incoming, outgoing, largestFold, cost: anyUint128, closingSince, leftAt: anyUint64 },
    { voucher },
  ),
  returning: fields({ incoming, decline, closingSince }, { askedAt: anyUint64 }),
  covered: fields(
    { outgoing, foldedAt: anyUint128, closingSince },
    { ...held, claimed: anyUint128, foldRefusedAt: anyUint64 },
  ),
  clearing: fields({ outgoing, foldedAt: anyUint128, closingSince, signedAt: anyUint64 }, held),
  closed: fields({ closedAt: anyUint64 }, { voucher, decline }),
})

export const anyPayerPhase: fc.Arbitrary<PayerPhase> = anyOf<PayerPhase>({
  open: fields({ outgoing }, { voucher, tickSeed: anyHash }),
  asking: fields({ outgoing, closingSince }, { voucher, foldRefusedAt: anyUint64 }),
  claimed: fields({ outgoing, claimed: anyUint128, closingSince }, { voucher, decline }),
  folding: fields({ outgoing, amount: anyUint128, closingSince, signedAt: anyUint64 }, { voucher, decline }),
  withdrawing: fields({ outgoing, code: anyCode, closingSince, refusedAt: anyUint64 }, { voucher }),
  closed: fields({ closedAt: anyUint64 }, { voucher, decline }),
})

export const anyPayeePhase: fc.Arbitrary<PayeePhase> = anyOf<PayeePhase>({
  open: fields({ incoming }, { voucher }),
  claiming: fields({ incoming, closingSince }, { voucher, askedAt: anyUint64 }),
  returning: fields({ incoming, decline, closingSince }, { askedAt: anyUint64 }),
  closed: fields({ closedAt: anyUint64 }, { voucher, decline }),
})

const base = {
  virtualId: anyHash,
  terms: anyVirtualTerms,
  memo: fc.record({
    until: fc.array(anyUint64, { minLength: 1, maxLength: 5 }),
    fees: fc.array(anyUint128, { maxLength: 4 }),
  }),
  position: fc.nat(5),
  since: anyUint64,
}

const anyProlonged: fc.Arbitrary<Prolonged> = fc.record({
  by: anyUint64,
  before: anyUint64,
  at: anyUint64,
  received: anyUint128,
  paidOn: anyUint128,
  kept: anyUint128,
})

const anyBareRecord: fc.Arbitrary<VirtualRecord> = fc.oneof(
  fc.record({ ...base, role: fc.constant('payer' as const), phase: anyPayerPhase }),
  fc.record({ ...base, role: fc.constant('hub' as const), phase: anyHubPhase }),
  fc.record({ ...base, role: fc.constant('payee' as const), phase: anyPayeePhase }),
)

/** A virtual channel of any role in any phase, prolonged or not. */
export const anyVirtualRecord: fc.Arbitrary<VirtualRecord> = fc
  .tuple(anyBareRecord, fc.option(anyProlonged, { nil: undefined }))
  .map(([record, prolonged]) => (prolonged === undefined ? record : { ...record, prolonged }))
