import { lookingOptions, readViews } from '../access/node-views.ts'
import { withNode } from '../access/with-node.ts'
import { defineCommand } from '../cli/command.ts'
import { idPrefix } from '../cli/parse.ts'
import { engineOptions } from '../config/options.ts'
import { asOf, asOfText } from '../show/as-of.ts'
import { pickVirtual } from '../show/find.ts'
import { virtualsText, virtualText } from '../show/virtual-text.ts'

const list = defineCommand({
  name: 'virtual list',
  summary: 'list the virtual channels of a node',
  description:
    'Shows the virtual channels that this node pays on, forwards or is paid on, and what a stalled one waits for. Looks only: needs neither the chain nor the key, and works beside a running node.',
  arguments: [],
  options: lookingOptions,
  examples: ['sluice virtual list', 'sluice virtual list --json'],
  run: async (context, values) => {
    const { source, virtuals } = await readViews(context, values)
    context.output.result(
      { virtuals, asOf: asOf(source) },
      `${virtualsText(virtuals)}\n${asOfText(source, Date.now())}`,
    )
  },
})

const close = defineCommand({
  name: 'virtual close',
  summary: 'close a virtual channel and free what it locks',
  description:
    'Asks that a virtual channel which this node pays on or is paid on be closed, and waits until its lock is folded: a second or two where everybody on the way is connected, else until the chain decides. What was paid over it stays paid.',
  arguments: [{ name: 'virtual', description: 'id of the virtual channel, or enough of its beginning' }],
  options: engineOptions,
  examples: ['sluice virtual close 0x3f2a'],
  run: (context, values, [prefix = '']) =>
    withNode(context, values, async (node) => {
      const { virtualId } = pickVirtual(await node.call('virtual.list', {}), idPrefix(prefix, 'the virtual channel'))
      context.output.event(
        'closing',
        { virtualId },
        'closing; waiting for the others on the way, mostly a second or two ...',
      )
      const virtual = await node.call('virtual.close', { virtualId })
      context.output.result(virtual, virtualText(virtual))
    }),
})

/** The commands about virtual channels. */
export const virtualCommands = [list, close]
