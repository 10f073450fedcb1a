import type { ChannelView } from '@sluice/engine'
import { formatAmountOf } from '../cli/amount.ts'

/** A channel in a few lines for people. */
export function channelText(channel: ChannelView): string {
  const { token, deposits, paid, locked, spendable } = channel
  const show = (amount: bigint) => formatAmountOf(token, amount)
  const lines = [
    `${channel.channelId}  ${channel.status}${channel.frozen === undefined ? '' : ', frozen'}`,
    `  peer       ${channel.peer.signer}`,
    ...(channel.frozen === undefined ? [] : [`  frozen     ${channel.frozen}`]),
    `  deposits   own ${show(deposits.own)}, peer ${show(deposits.peer)}`,
    `  paid       sent ${show(paid.sent)}, received ${show(paid.received)}`,
    `  locked     sent ${show(locked.sent)}, received ${show(locked.received)}`,
    `  spendable  own ${show(spendable.own)}, peer ${show(spendable.peer)}`,
    ...(channel.closesAt === undefined
      ? []
      : [`  closes at  ${new Date(Number(channel.closesAt) * 1000).toISOString()}`]),
    ...(channel.waitingFor === undefined ? [] : [`  waits for  ${channel.waitingFor}`]),
  ]
  return lines.join('\n')
}
