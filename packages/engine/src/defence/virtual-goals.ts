import {
  hubWants,
  type LockWants,
  payeeWants,
  payerWants,
  type SignedVoucher,
  type VirtualRecord,
} from '@sluice/protocol'
import { hubContext, payeeContext, payerContext } from '../locks/context.ts'
import { voucherOf } from '../locks/record.ts'
import type { ChainCall } from '../ports/chain.ts'
import type { StateView } from '../ports/tx.ts'
import { signCloseRequest, virtualRequestDeadline } from './close-request.ts'
import type { Goal } from './goal.ts'

/** What this side wants on chain for a virtual channel. `time`: Unix seconds of the newest block. */
function wantsOf(view: StateView, record: VirtualRecord, time: bigint): LockWants {
  const { policy } = view.env
  switch (record.role) {
    case 'payer':
      return payerWants(record.phase, payerContext(view, record), time, policy)
    case 'hub':
      return hubWants(record.phase, hubContext(view, record), time, policy)
    case 'payee':
      return payeeWants(record.phase, payeeContext(view, record), time, policy)
  }
}

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
  const wants = wantsOf(view, record, time)
  const voucher = voucherOf(record)
  return [
    ...(wants.closeVirtual ? [closeVirtual(view, record, time)] : []),
    ...(wants.redeem && voucher !== undefined ? [redeem(record, voucher)] : []),
  ]
}
