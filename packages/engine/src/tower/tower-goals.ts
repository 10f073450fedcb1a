import { type Address, type ChannelItem, type Digests, highest, lowest, type VirtualItem } from '@sluice/protocol'
import type { Goal } from '../defence/goals/goal.ts'
import type { Policy } from '../policy/policy.ts'
import { worthOf } from '../policy/worth.ts'
import type { ChainReader } from '../ports/chain-view.ts'

/** What goals for a client are made of. */
export interface GoalParts {
  readonly reader: ChainReader
  readonly digests: Digests
  readonly policy: Policy
  /** What the client has left for gas, native base units: what is done for it is worth no more. */
  readonly budget: bigint
}

const bounded = ({ policy, budget }: GoalParts, token: Address, amount: bigint): bigint =>
  lowest(budget, worthOf(policy, token, amount) ?? budget)

/** While the window of a client's channel runs: shows what is newer than what the chain was shown. */
export function channelGoals(parts: GoalParts, client: Address, { terms, lanes }: ChannelItem): readonly Goal[] {
  const { reader, digests, budget } = parts
  const channelId = digests.channelId(terms)
  const { any, closesAt, ended, shown } = reader.channel(channelId)
  const time = reader.head?.timestamp
  if (budget === 0n || time === undefined || closesAt === undefined || ended !== undefined) return []
  if (time >= closesAt) return []
  const self = terms.a.signer === client ? 0 : 1
  return lanes.flatMap((voucher): readonly Goal[] => {
    const { lane, seq, paid, locked } = voucher.voucher
    if (seq <= shown[lane]) return []
    // Of the lane that the client pays, an older voucher may still be shown until the last moment: all of its share is at stake.
    const amount =
      lane === self
        ? highest(0n, any.deposits[self] - any.withdrawn[self] - paid)
        : highest(0n, paid + locked - any.shown[lane].paid)
    return [
      {
        id: channelId,
        key: `tower/updateLane/${lane}/${seq}`,
        call: { type: 'updateLane', terms, voucher },
        value: bounded(parts, terms.token, amount),
        deadline: closesAt,
        isAnswer: true,
      },
    ]
  })
}

/** While the window of a client's virtual channel runs: redeems its voucher if the chain shows less than is owed. */
export function virtualGoals(parts: GoalParts, { terms, signed, owed }: VirtualItem): readonly Goal[] {
  const { reader, digests, budget } = parts
  const virtualId = digests.virtualId(terms)
  const { finalAt, redeemed } = reader.virtual(virtualId)
  const time = reader.head?.timestamp
  if (budget === 0n || time === undefined || finalAt === undefined || time >= finalAt || redeemed >= owed) return []
  return [
    {
      id: virtualId,
      key: `tower/redeem/${signed.voucher.amount}/${signed.tick?.index ?? 0}`,
      call: { type: 'redeem', terms, signed },
      value: bounded(parts, terms.token, owed - redeemed),
      deadline: finalAt,
      isAnswer: true,
    },
  ]
}
