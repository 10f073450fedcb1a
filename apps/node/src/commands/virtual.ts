import type { VirtualView } from '@sluice/engine'
import { formatAmountOf } from '../cli/amount.ts'
import { defineCommand } from '../cli/command.ts'
import { engineOptions } from '../config/options.ts'
import { withNode } from '../daemon/access.ts'

const list = defineCommand({
  name: 'virtual list',
  summary: 'list the virtual channels of a node',
  description:
    'Shows the virtual channels that this node pays on, forwards or is paid on, and what a stalled one waits for.',
  arguments: [],
  options: engineOptions,
  examples: ['sluice virtual list', 'sluice virtual list --json'],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const virtuals = await node.call('virtual.list', {})
      const text = virtuals.length === 0 ? 'no virtual channels' : virtuals.map(virtualText).join('\n')
      context.output.result({ virtuals }, text)
    }),
})

function virtualText({ virtualId, role, status, amount, terms, until, waitingFor }: VirtualView): string {
  const show = (base: bigint) => formatAmountOf(terms.token, base)
  const lines = [
    `${virtualId}  ${role}, ${status}`,
    `  paid       ${show(amount)} out of ${show(terms.capacity)}`,
    `  until      ${new Date(Number(until) * 1000).toISOString()}`,
    ...(waitingFor === undefined ? [] : [`  waits for  ${waitingFor}`]),
  ]
  return lines.join('\n')
}

/** The commands about virtual channels. */
export const virtualCommands = [list]
