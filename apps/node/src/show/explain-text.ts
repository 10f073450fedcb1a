import type { Address } from '@sluice/protocol'
import { formatAmountOf } from '../cli/amount.ts'
import { type Explanation, timeText } from './explain.ts'

/** An explanation in a few lines for people. */
export function explanationText(explanation: Explanation): string {
  const { kind, id, status, token, own, free, locked, next, actions, warnings } = explanation
  const show = (amount: bigint) => formatAmountOf(token, amount)
  const lines = [
    `${kind === 'channel' ? 'channel' : 'virtual channel'} ${id}  ${status}, with ${explanation.with}`,
    ...(own === undefined || free === undefined
      ? []
      : [line('yours', `${show(own)}, of which ${show(free)} can be spent`)]),
    ...locked.map(({ amount, by, until }) =>
      line('locked', `${show(amount)} by ${by}${until === undefined ? '' : `, until ${timeText(until)}`}`),
    ),
    line('next', next),
    ...actions.map((action) => line('you can', action)),
    ...warnings.map((warning) => line('WARNING', warning)),
  ]
  return lines.join('\n')
}

const line = (name: string, text: string) => `  ${name.padEnd(9)}${text}`

/** Of all channels: what there is in each token, and of it what can be spent. */
export function totalsText(explanations: readonly Explanation[]): string {
  const totals = new Map<Address, { own: bigint; free: bigint }>()
  for (const { token, own = 0n, free = 0n } of explanations) {
    const sum = totals.get(token) ?? { own: 0n, free: 0n }
    totals.set(token, { own: sum.own + own, free: sum.free + free })
  }
  return [...totals]
    .filter(([, { own }]) => own > 0n)
    .map(([token, { own, free }]) => {
      const show = (amount: bigint) => formatAmountOf(token, amount)
      return `in channels: ${show(own)}, of which ${show(free)} can be spent and ${show(own - free)} can not now`
    })
    .join('\n')
}
