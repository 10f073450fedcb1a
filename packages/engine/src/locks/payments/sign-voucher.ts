import {
  bytesToHex,
  type Hex,
  type Id,
  type PayerRecord,
  type SignedVoucher,
  tickAnchor,
  tickAt,
  type Voucher,
  ZERO_HASH,
} from '@sluice/protocol'
import type { Tx } from '../../ports/tx.ts'
import { voucherOf } from '../record.ts'

/** What a payer's voucher lets be paid by revealing hashes. */
export interface TickPlan {
  /** Base units. */
  readonly value: bigint
  readonly count: number
}

/** A voucher with what only its payer knows. */
export interface PayerVoucher {
  readonly voucher: SignedVoucher
  /** The seed of its ticks. */
  readonly tickSeed?: Hex
}

function tickFields(
  tx: Tx,
  plan: TickPlan | undefined,
): { readonly fields: Omit<Voucher, 'virtualId' | 'amount'>; readonly tickSeed?: Hex } {
  if (plan === undefined) return { fields: { tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 } }
  const tickSeed = bytesToHex(tx.env.random(32))
  const anchor = tickAnchor(tx.env.crypto.keccak256, tickSeed, plan.count)
  return { fields: { tickAnchor: anchor, tickValue: plan.value, tickCount: plan.count }, tickSeed }
}

/** A voucher of an amount, signed, with a fresh chain of ticks if there is a plan for them. */
export function signVoucher(tx: Tx, virtualId: Id, amount: bigint, plan?: TickPlan): PayerVoucher {
  const { fields, tickSeed } = tickFields(tx, plan)
  const voucher: Voucher = { virtualId, amount, ...fields }
  const signature = tx.env.signer.sign(tx.env.digests.voucher(voucher))
  return { voucher: { voucher, signature }, ...(tickSeed !== undefined && { tickSeed }) }
}

/** The plan that a voucher was made by. */
export function planOf(voucher: Voucher | undefined): TickPlan | undefined {
  return voucher === undefined || voucher.tickCount === 0
    ? undefined
    : { value: voucher.tickValue, count: voucher.tickCount }
}

const seedOf = ({ phase }: PayerRecord): Hex | undefined => (phase.type === 'open' ? phase.tickSeed : undefined)

/** The tick by which the newest voucher comes to a total; undefined if none does. */
function tickFor(tx: Tx, record: PayerRecord, total: bigint): SignedVoucher | undefined {
  const voucher = voucherOf(record)
  const tickSeed = seedOf(record)
  const plan = planOf(voucher?.voucher)
  if (voucher === undefined || plan === undefined || tickSeed === undefined) return undefined
  const above = total - voucher.voucher.amount
  const index = Number(above / plan.value)
  if (above % plan.value !== 0n || index <= (voucher.tick?.index ?? 0) || index > plan.count) return undefined
  return { ...voucher, tick: tickAt(tx.env.crypto.keccak256, tickSeed, plan.count, index) }
}

/** What pays a total over a virtual channel: the next tick of its newest voucher, or another voucher of the same plan. */
export function raiseTo(tx: Tx, record: PayerRecord, total: bigint): PayerVoucher {
  const ticked = tickFor(tx, record, total)
  const tickSeed = seedOf(record)
  if (ticked !== undefined) return { voucher: ticked, ...(tickSeed !== undefined && { tickSeed }) }
  return signVoucher(tx, record.virtualId, total, planOf(voucherOf(record)?.voucher))
}
