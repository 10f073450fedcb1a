import type { ChannelView } from '@sluice/engine'
import type { Address } from '@sluice/protocol'
import { lookingOptions, type NodeViews, readViews } from '../access/node-views.ts'
import { withNode } from '../access/with-node.ts'
import { defineCommand } from '../cli/command.ts'
import { defaulted, optional, required, variableOf } from '../cli/options.ts'
import { address, amountOf, duration, idPrefix, oneOf, token as tokenOf, urlOf } from '../cli/parse.ts'
import { engineOptions } from '../config/options.ts'
import { prepareToken } from '../config/tokens.ts'
import { NodeError } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'
import { asOf, asOfText } from '../show/as-of.ts'
import { channelText } from '../show/channel-text.ts'
import { explainChannel } from '../show/explain.ts'
import { findChannel, pickChannel } from '../show/find.ts'
import { coverLines } from '../show/tower-text.ts'

const channelArgument = { name: 'channel', description: 'id of the channel, or enough of its beginning' }

const open = defineCommand({
  name: 'channel open',
  summary: 'open and fund a channel with a peer',
  description: `Proposes a channel to a peer, deposits on chain and waits until a final block shows the deposit.`,
  arguments: [],
  options: {
    ...engineOptions,
    hub: optional(
      'url',
      'a hub by its address, such as https://hub.example: who it is and how it is reached stands there',
      urlOf('http', 'https', 'ws', 'wss'),
    ),
    peer: optional('address', 'signer of the peer, instead of --hub', address),
    url: optional('url', 'where the peer listens; not needed while connected', urlOf('ws', 'wss')),
    deposit: required(
      'amount',
      'what this side deposits: 0.5FIL, 10nFIL, 12.5USDFC with the --token of that name, or base units',
      amountOf,
    ),
    token: defaulted('token', 'token of the channel: address of an ERC-20 token, or native', tokenOf, 'native'),
    window: optional('time', 'dispute window: 20s, 15m, 24h (default: of the profile)', duration),
  },
  examples: [
    'sluice channel open --hub https://hub.example --deposit 0.5FIL',
    'sluice channel open --peer 0x5aeda56215b167893e80b4fe645ba6d5bab767de --url ws://hub.example:7000 --deposit 0.5FIL',
    'sluice channel open --peer 0x5aeda56215b167893e80b4fe645ba6d5bab767de --deposit 10nFIL --window 24h --json',
  ],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const { token, window } = values
      await prepareToken(values, token, values.deposit)
      const { peer, url } = await peerOf(node, values)
      const deposit = values.deposit(token)
      context.output.event('opening', { peer, deposit }, 'depositing; waiting for a final block ...')
      const channel = await node.call('channel.open', {
        peer,
        token,
        deposit,
        ...(url === undefined ? {} : { url }),
        ...(window === undefined ? {} : { disputeWindow: window }),
      })
      context.output.result(channel, channelText(channel))
    }),
})

/** Who the channel is to be with: by its signer, or by what a hub publishes. */
async function peerOf(
  node: NodeApi,
  {
    hub,
    peer,
    url,
  }: { readonly hub: string | undefined; readonly peer: Address | undefined; readonly url: string | undefined },
): Promise<{ readonly peer: Address; readonly url: string | undefined }> {
  if (hub === undefined) {
    if (peer === undefined) {
      throw new NodeError('VALUE_MISSING', { name: '--hub', flag: 'hub', variable: variableOf('hub'), key: 'hub' })
    }
    return { peer, url }
  }
  const { readHub } = await import('../daemon/ask-greeting.ts')
  const found = await readHub(hub, await node.call('node.info', {}))
  if (peer !== undefined && peer !== found.signer) {
    throw new NodeError('VALUE_INVALID', {
      name: '--peer',
      value: peer,
      expected: `the signer of that hub, ${found.signer}`,
    })
  }
  return { peer: found.signer, url: url ?? found.url }
}

const topUp = defineCommand({
  name: 'channel topup',
  summary: 'add to the deposit of a channel',
  description: 'Deposits more into an open channel and waits until a final block shows it.',
  arguments: [channelArgument],
  options: { ...engineOptions, amount: required('amount', 'how much is added', amountOf) },
  examples: ['sluice channel topup 0x3f2a --amount 0.25FIL'],
  run: (context, values, [prefix = '']) =>
    withNode(context, values, async (node) => {
      const { channelId, token } = await findChannel(node, idPrefix(prefix, 'the channel'))
      await prepareToken(values, token, values.amount)
      const channel = await node.call('channel.topUp', { channelId, amount: values.amount(token) })
      context.output.result(channel, channelText(channel))
    }),
})

const list = defineCommand({
  name: 'channel list',
  summary: 'list the channels of a node',
  description:
    'Shows all channels: deposits, what was paid, what can be spent, what a stalled one waits for, and what is wrong. Looks only: needs neither the chain nor the key, and works beside a running node.',
  arguments: [],
  options: lookingOptions,
  examples: ['sluice channel list', 'sluice channel list --data /var/lib/sluice --json'],
  run: async (context, values) => {
    const views = await readViews(context, values)
    const { source, channels } = views
    const texts = channels.map((channel) => [channelText(channel), ...warningLines(views, channel)].join('\n'))
    const text = texts.length === 0 ? 'no channels' : texts.join('\n')
    context.output.result({ channels, asOf: asOf(source) }, `${text}\n${asOfText(source, Date.now())}`)
  },
})

const show = defineCommand({
  name: 'channel show',
  summary: 'show one channel of a node',
  description:
    'Shows a channel as `channel list` does. Looks only: needs neither the chain nor the key, and works beside a running node.',
  arguments: [channelArgument],
  options: lookingOptions,
  examples: ['sluice channel show 0x3f2a', 'sluice channel show 0x3f2a --json'],
  run: async (context, values, [prefix = '']) => {
    const views = await readViews(context, values)
    const channel = pickChannel(views.channels, idPrefix(prefix, 'the channel'))
    const lines = [channelText(channel), ...warningLines(views, channel), asOfText(views.source, Date.now())]
    context.output.result({ ...channel, asOf: asOf(views.source) }, lines.join('\n'))
  },
})

function warningLines(views: NodeViews, channel: ChannelView): readonly string[] {
  const { source } = views
  return [
    ...(source.type === 'node' && channel.status !== 'closed'
      ? coverLines(source.status.towers, channel.channelId, Date.now())
      : []),
    ...explainChannel(views, channel).warnings.map((warning) => `  WARNING    ${warning}`),
  ]
}

const withdraw = defineCommand({
  name: 'channel withdraw',
  summary: 'take money out of a channel that stays open',
  description: 'Withdraws cooperatively and waits until a final block shows it.',
  arguments: [channelArgument],
  options: { ...engineOptions, amount: required('amount', 'how much is taken out', amountOf) },
  examples: ['sluice channel withdraw 0x3f2a --amount 0.1FIL'],
  run: (context, values, [prefix = '']) =>
    withNode(context, values, async (node) => {
      const { channelId, token } = await findChannel(node, idPrefix(prefix, 'the channel'))
      await prepareToken(values, token, values.amount)
      const channel = await node.call('channel.withdraw', { channelId, amount: values.amount(token) })
      context.output.result(channel, channelText(channel))
    }),
})

const close = defineCommand({
  name: 'channel close',
  summary: 'close a channel and get the money back',
  description:
    'Closes a channel cooperatively, or alone through the dispute window when the peer is gone, and waits until a final block shows the money.',
  arguments: [channelArgument],
  options: {
    ...engineOptions,
    mode: defaulted(
      'mode',
      'auto (cooperative, alone when the peer does not follow), cooperative or unilateral',
      oneOf('auto', 'cooperative', 'unilateral'),
      'auto',
    ),
  },
  examples: ['sluice channel close 0x3f2a', 'sluice channel close 0x3f2a --mode unilateral'],
  run: (context, values, [prefix = '']) =>
    withNode(context, values, async (node) => {
      const { channelId } = await findChannel(node, idPrefix(prefix, 'the channel'))
      context.output.event('closing', { channelId }, 'closing; waiting until the money is back by a final block ...')
      const channel = await node.call('channel.close', { channelId, mode: values.mode })
      context.output.result(channel, channelText(channel))
    }),
})

/** The commands about channels. */
export const channelCommands = [open, topUp, list, show, withdraw, close]
