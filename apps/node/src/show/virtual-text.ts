import type { VirtualView } from '@sluice/engine'
import { formatAmountOf } from '../cli/amount.ts'

/** A virtual channel in a few lines for people. */
export function virtualText({ virtualId, role, status, amount, terms, until, waitingFor }: VirtualView): string {
  const show = (base: bigint) => formatAmountOf(terms.token, base)
  const lines = [
    `${virtualId}  ${role}, ${status}`,
    `  paid       ${show(amount)} out of ${show(terms.capacity)}`,
    `  until      ${new Date(Number(until) * 1000).toISOString()}`,
    ...(waitingFor === undefined ? [] : [`  waits for  ${waitingFor}`]),
  ]
  return lines.join('\n')
}

/** All virtual channels for people. */
export function virtualsText(virtuals: readonly VirtualView[]): string {
  return virtuals.length === 0 ? 'no virtual channels' : virtuals.map(virtualText).join('\n')
}
