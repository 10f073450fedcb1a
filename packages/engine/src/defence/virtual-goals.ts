import type { SignedVoucher, VirtualRecord } from '@sluice/protocol'
import { voucherOf } from '../locks/record.ts'
import type { ChainCall } from '../ports/chain.ts'
import type { StateView } from '../ports/tx.ts'
import { signCloseRequest, virtualRequestDeadline } from './close-request.ts'
import type { Goal } from './goal.ts'

function redeem({ terms }: VirtualRecord, signed: SignedVoucher): Goal {
  const { voucher, tick } = signed
  const call: ChainCall = { type: 'redeem', terms, signed }
  return { key: `redeem/${voucher.amount}/${tick?.index ?? 0}`, call }
}

function closeVirtual({ env }: StateView, record: VirtualRecord, time: bigint): Goal {
  const { terms, virtualId } = record
  const deadline = virtualRequestDeadline(record, time + BigInt(env.policy.deadlineDefault))
  const request = signCloseRequest(env.signer, env.digests, virtualId, deadline)
  return { key: 'closeVirtual', call: { type: 'closeVirtual', terms, request } }
}

/** What should be called on chain for a virtual channel now: begin its window when nothing else helps, and redeem while it runs. */
export function virtualGoals(view: StateView, record: VirtualRecord): readonly Goal[] {
  const time = view.chain.head?.timestamp
  if (time === undefined) return []
  const wants = view.env.roles.of(record.role).wants(view, record, time)
  const voucher = voucherOf(record)
  return [
    ...(wants.closeVirtual ? [closeVirtual(view, record, time)] : []),
    ...(wants.redeem && voucher !== undefined ? [redeem(record, voucher)] : []),
  ]
}
