import type { EndpointView } from '@sluice/adapters/chain-viem'
import type { ChannelView, DefenceView, Notification, VirtualView } from '@sluice/engine'
import type { BackupStanding } from '../backup/automatic.ts'

/** What metrics are read from when they are asked for. */
export interface MetricSources {
  readonly channels: () => readonly ChannelView[]
  readonly virtuals: () => readonly VirtualView[]
  readonly defence: () => DefenceView
  /** The chain's endpoints, and what the account that pays for gas has, native base units. */
  readonly endpoints: () => readonly EndpointView[]
  readonly balance: () => bigint | undefined
  /** Peers' connections that had to make room or were not taken. */
  readonly turnedAway: () => number
  /** The newest backup that is made by itself. */
  readonly backup?: () => BackupStanding
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** A node's metrics. */
export interface Metrics {
  /** Counts the engine's notifications. */
  readonly note: (notification: Notification) => void
  /** Counts what is worth a line in the log, by event and code. */
  readonly noteEvent: (event: string, code: string) => void
  /** All metrics in Prometheus' text format. */
  readonly render: () => string
}

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly labels: Labels
  readonly value: number | bigint
}

/** Metrics of one node. Amounts are base units; Prometheus keeps them as floating-point numbers. */
export function createMetrics({
  channels,
  virtuals,
  defence,
  endpoints,
  balance,
  turnedAway,
  backup,
  now,
}: MetricSources): Metrics {
  const startedAt = now()
  const payments = new Map<string, number>()
  const transactions = new Map<string, number>()
  const peers = new Set<string>()
  const events = new Map<string, { readonly labels: Labels; value: number }>()
  const isRoom = (event: string, code: string) => events.has(`${event} ${code}`) || events.size < EVENTS_MAX
  // Codes may be a peer's own: they don't become endless series, nor keep an event of ours from being counted.
  const noteEvent = (event: string, told: string) => {
    const code = isRoom(event, told) ? told : 'other'
    const key = `${event} ${code}`
    events.set(key, { labels: { event, code }, value: (events.get(key)?.value ?? 0) + 1 })
  }
  let chain: ChainStatus = 'good'
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  const note = (notification: Notification) => {
    if (notification.type === 'chain') chain = notification.status
    if (notification.type === 'payment') count(payments, notification.role)
    if (notification.type === 'transaction') count(transactions, `${notification.call} ${notification.status}`)
    if (notification.type === 'peer' && notification.connected) peers.add(notification.peer)
    if (notification.type === 'peer' && !notification.connected) peers.delete(notification.peer)
  }
  const render = () =>
    [
      family('sluice_uptime_seconds', 'gauge', 'Seconds since this node started.', [
        { labels: {}, value: (now() - startedAt) / 1000 },
      ]),
      family('sluice_peers_connected', 'gauge', 'Peers with a session.', [{ labels: {}, value: peers.size }]),
      family(
        'sluice_connections_turned_away_total',
        'counter',
        'Connections of peers that made room for others or were not taken.',
        [{ labels: {}, value: turnedAway() }],
      ),
      family('sluice_events_total', 'counter', 'What is worth a line in the log, by event and code.', [
        ...events.values(),
      ]),
      ...channelFamilies(channels()),
      family(
        'sluice_virtual_channels',
        'gauge',
        'Virtual channels by role and status.',
        grouped(virtuals(), 'role', 'status'),
      ),
      ...defenceFamilies(defence()),
      ...chainFamilies(chain, endpoints(), balance()),
      family(
        'sluice_payments_total',
        'counter',
        'Payments signed (payer) or accepted (payee).',
        countSamples(payments, ['role']),
      ),
      family(
        'sluice_transactions_total',
        'counter',
        'Transactions by call and status.',
        countSamples(transactions, ['call', 'status']),
      ),
      ...(backup === undefined ? [] : backupFamilies(backup(), now())),
      family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [
        { labels: {}, value: process.memoryUsage.rss() },
      ]),
    ].join('')
  return { note, noteEvent, render }
}

function backupFamilies({ madeAt, staleSince, problem }: BackupStanding, now: number): readonly string[] {
  const seconds = (since: number) => [{ labels: {}, value: Math.max(0, now - since) / 1000 }]
  return [
    family(
      'sluice_backup_age_seconds',
      'gauge',
      'Seconds since the newest backup was made.',
      madeAt === undefined ? [] : seconds(madeAt),
    ),
    family(
      'sluice_backup_stale_seconds',
      'gauge',
      'For how long something has not been in a backup.',
      seconds(staleSince ?? now),
    ),
    family('sluice_backup_problem', 'gauge', 'Whether the last backup could not be delivered.', [
      { labels: {}, value: problem === undefined ? 0 : 1 },
    ]),
  ]
}

/** Most series of events. */
const EVENTS_MAX = 300

type ChainStatus = (Notification & { readonly type: 'chain' })['status']

function chainFamilies(
  status: ChainStatus,
  endpoints: readonly EndpointView[],
  balance: bigint | undefined,
): readonly string[] {
  // Addresses of endpoints hold the keys of those who use them.
  const ofEach = (read: (endpoint: EndpointView) => number | bigint): readonly Sample[] =>
    endpoints.map((endpoint, i) => ({
      labels: { number: `${i + 1}`, endpoint: new URL(endpoint.url).host },
      value: read(endpoint),
    }))
  const problems = (['unreachable', 'doubted'] as const).map((problem) => ({
    labels: { problem },
    value: problem === status ? 1 : 0,
  }))
  return [
    family('sluice_chain_problem', 'gauge', 'Whether the chain is not reached, or its endpoints disagree.', problems),
    family(
      'sluice_chain_endpoint_up',
      'gauge',
      'Whether an endpoint of the chain answers.',
      ofEach(({ problem }) => (problem === undefined ? 1 : 0)),
    ),
    family(
      'sluice_chain_block',
      'gauge',
      'The newest block that an endpoint shows.',
      ofEach(({ newest }) => newest),
    ),
    family(
      'sluice_gas_balance',
      'gauge',
      'What the account that pays for gas has, native base units.',
      balance === undefined ? [] : [{ labels: {}, value: balance }],
    ),
  ]
}

function channelFamilies(channels: readonly ChannelView[]): readonly string[] {
  const amounts = (read: (channel: ChannelView) => readonly (readonly [side: string, amount: bigint])[]) =>
    channels.flatMap((channel) =>
      read(channel).map(([side, value]) => ({ labels: { channel: channel.channelId, side }, value })),
    )
  const sides = ({ own, peer }: { own: bigint; peer: bigint }) =>
    [
      ['own', own],
      ['peer', peer],
    ] as const
  const ways = ({ sent, received }: { sent: bigint; received: bigint }) =>
    [
      ['sent', sent],
      ['received', received],
    ] as const
  return [
    family('sluice_channels', 'gauge', 'Channels by status.', grouped(channels, 'status')),
    family(
      'sluice_channel_deposit',
      'gauge',
      'Confirmed deposits.',
      amounts(({ deposits }) => sides(deposits)),
    ),
    family(
      'sluice_channel_spendable',
      'gauge',
      'What each side can spend.',
      amounts(({ spendable }) => sides(spendable)),
    ),
    family(
      'sluice_channel_paid',
      'gauge',
      'Totals paid over the lanes.',
      amounts(({ paid }) => ways(paid)),
    ),
    family(
      'sluice_channel_locked',
      'gauge',
      'What is locked in the lanes.',
      amounts(({ locked }) => ways(locked)),
    ),
  ]
}

function defenceFamilies({ waiting, pending, lost }: DefenceView): readonly string[] {
  const one = (value: number | bigint) => [{ labels: {}, value }]
  return [
    family(
      'sluice_calls_waiting',
      'gauge',
      'Calls that are to be made on chain and are not under way.',
      grouped(waiting, 'call'),
    ),
    family('sluice_calls_pending', 'gauge', 'Transactions that no block holds yet.', one(pending)),
    family('sluice_losses_total', 'counter', 'What was not reached on chain in time.', one(lost.count)),
    family('sluice_losses_value', 'counter', 'What that was worth, native base units, where known.', one(lost.value)),
  ]
}

function grouped<T extends object, K extends keyof T & string>(
  items: readonly T[],
  ...keys: readonly K[]
): readonly Sample[] {
  const counts = new Map<string, number>()
  for (const item of items) {
    const key = keys.map((name) => String(item[name])).join(' ')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return countSamples(counts, keys)
}

function countSamples(counts: ReadonlyMap<string, number>, names: readonly string[]): readonly Sample[] {
  return [...counts].map(([key, value]) => {
    const words = key.split(' ')
    return { labels: Object.fromEntries(names.map((name, index) => [name, words[index] ?? ''])), value }
  })
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, '')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
