import type { Outcome, SignedVoucher, VirtualRecord } from '@sluice/protocol'
import { outcomeOf } from '../../locks/context.ts'
import { voucherOf } from '../../locks/record.ts'
import { worthOf } from '../../policy/worth.ts'
import type { ChainCall } from '../../ports/chain.ts'
import type { StateView } from '../../ports/tx.ts'
import { UNSIGNED, virtualRequestDeadline } from './close-request.ts'
import type { Goal } from './goal.ts'

function goalOf({ env }: StateView, record: VirtualRecord, key: string, call: ChainCall, amount: bigint): Goal {
  return { id: record.virtualId, key, call, value: worthOf(env.policy, record.terms.token, amount) }
}

function redeem(view: StateView, record: VirtualRecord, signed: SignedVoucher, owed: bigint, outcome: Outcome): Goal[] {
  if (outcome.type !== 'closing') return []
  const { voucher, tick } = signed
  const key = `redeem/${voucher.amount}/${tick?.index ?? 0}`
  const call: ChainCall = { type: 'redeem', terms: record.terms, signed }
  const isReached: Goal['isReached'] = (chain) => chain.virtual(record.virtualId).redeemed >= owed
  return [{ ...goalOf(view, record, key, call, owed - outcome.redeemed), deadline: outcome.until, isReached }]
}

/** Looked for at each block, so that its request is signed only when it goes out. */
function closeVirtual(view: StateView, record: VirtualRecord, time: bigint, atStake: bigint): Goal {
  const { terms } = record
  const { policy, self } = view.env
  const deadline = virtualRequestDeadline(record, time + BigInt(policy.deadlineDefault))
  const request = { by: self, deadline, signature: UNSIGNED }
  return goalOf(view, record, 'closeVirtual', { type: 'closeVirtual', terms, request }, atStake)
}

/** What should be called on chain for a virtual channel now: begin its window when nothing else helps, and redeem while it runs. */
export function virtualGoals(view: StateView, record: VirtualRecord): readonly Goal[] {
  const time = view.chain.head?.timestamp
  if (time === undefined) return []
  const role = view.env.roles.of(record.role)
  const wants = role.wants(view, record, time)
  if (!wants.closeVirtual && !wants.redeem) return []
  const { atStake, owed } = role.stakes(view, record)
  const voucher = voucherOf(record)
  const outcome = outcomeOf(view, record.virtualId)
  return [
    ...(wants.closeVirtual ? [closeVirtual(view, record, time, atStake)] : []),
    ...(wants.redeem && voucher !== undefined ? redeem(view, record, voucher, owed, outcome) : []),
  ]
}
