import { lookingOptions, type NodeViews, readViews } from '../access/node-views.ts'
import { ageText } from '../age.ts'
import { formatAmount } from '../cli/amount.ts'
import { defineCommand } from '../cli/command.ts'
import type { NodeStatus } from '../rpc/methods.ts'
import { asOf, asOfText } from '../show/as-of.ts'
import { chainWarnings, explainChannel } from '../show/explain.ts'
import { totalsText } from '../show/explain-text.ts'
import { towerText } from '../show/tower-text.ts'

/** Says in a few lines how a node stands. */
export const statusCommand = defineCommand({
  name: 'status',
  summary: 'whether the node runs, what it has, and what is wrong',
  description:
    'Shows whether a node runs with the data folder, who it is, its channels and money, how the chain stands, and what needs somebody. Looks only: needs neither the chain nor the key.',
  arguments: [],
  options: lookingOptions,
  examples: ['sluice status', 'sluice status --data /var/lib/sluice --json'],
  run: async (context, values) => {
    const views = await readViews(context, values)
    const { source, channels, virtuals, signer } = views
    const ids = [...channels.map(({ channelId }) => channelId), ...virtuals.map(({ virtualId }) => virtualId)]
    const warnings = chainWarnings(views, ids)
    const counts = { channels: countBy(channels), virtuals: countBy(virtuals) }
    const node = source.type === 'node' ? { node: source.status } : {}
    context.output.result(
      { running: source.type === 'node', signer, ...counts, warnings, ...node, asOf: asOf(source) },
      statusText(views, counts, warnings),
    )
  },
})

/** `now`: Unix milliseconds. */
function backupText({ madeAt, staleSince, problem }: NonNullable<NodeStatus['backup']>, now: number): string {
  const made = madeAt === undefined ? 'none yet' : `made ${ageText((now - madeAt) / 1000)} ago`
  const stale =
    staleSince === undefined ? ', with all in it' : `, something new for ${ageText((now - staleSince) / 1000)}`
  return `${made}${stale}${problem === undefined ? '' : `: ${problem}`}`
}

type Counts = Readonly<Record<string, number>>

function countBy(all: readonly { readonly status: string }[]): Counts {
  const counts: Record<string, number> = {}
  for (const { status } of all) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const countsText = (counts: Counts): string =>
  Object.entries(counts)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ') || 'none'

function statusText(
  views: NodeViews,
  counts: { readonly channels: Counts; readonly virtuals: Counts },
  warnings: readonly string[],
): string {
  const { source, signer, channels } = views
  const lines = [
    ...(source.type === 'node' ? nodeLines(source.status) : ['no node runs with this folder']),
    ...(signer === undefined ? [] : [`signer            ${signer}`]),
    `channels          ${countsText(counts.channels)}`,
    `virtual channels  ${countsText(counts.virtuals)}`,
    totalsText(channels.map((channel) => explainChannel(views, channel))),
    ...warnings.map((warning) => `WARNING  ${warning}`),
    asOfText(source, Date.now()),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

function nodeLines({
  info,
  balance,
  backup,
  towers,
}: Extract<NodeViews['source'], { type: 'node' }>['status']): readonly string[] {
  return [
    `${info.role} ${info.version} on chain ${info.chainId}${info.peerUrl === undefined ? '' : `, at ${info.peerUrl}`}`,
    ...(balance === undefined ? [] : [`for gas           ${formatAmount(balance)}`]),
    ...towers.map((tower) => `watchtower        ${towerText(tower, Date.now())}`),
    ...(backup === undefined ? [] : [`backup            ${backupText(backup, Date.now())}`]),
  ]
}
