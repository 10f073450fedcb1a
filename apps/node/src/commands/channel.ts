import { defineCommand } from '../cli/command.ts'
import { defaulted, optional, required } from '../cli/options.ts'
import { address, amountOf, duration, idPrefix, oneOf, token as tokenOf, urlOf } from '../cli/parse.ts'
import { engineOptions } from '../config/options.ts'
import { withNode } from '../daemon/access.ts'
import { channelsText, channelText } from './channel-text.ts'
import { findChannel } from './find-channel.ts'

const channelArgument = { name: 'channel', description: 'id of the channel, or enough of its beginning' }

const open = defineCommand({
  name: 'channel open',
  summary: 'open and fund a channel with a peer',
  description: `Proposes a channel to a peer, deposits on chain and waits until a final block shows the deposit.`,
  arguments: [],
  options: {
    ...engineOptions,
    peer: required('address', 'signer of the peer', address),
    url: optional('url', 'where the peer listens; not needed while connected', urlOf('ws', 'wss')),
    deposit: required('amount', 'what this side deposits: 0.5FIL, 10nFIL, or base units', amountOf),
    token: defaulted('token', 'token of the channel: address of an ERC-20 token, or native', tokenOf, 'native'),
    window: optional('time', 'dispute window: 20s, 15m, 24h (default: of the profile)', duration),
  },
  examples: [
    'sluice channel open --peer 0x5aeda56215b167893e80b4fe645ba6d5bab767de --url ws://hub.example:7000 --deposit 0.5FIL',
    'sluice channel open --peer 0x5aeda56215b167893e80b4fe645ba6d5bab767de --deposit 10nFIL --window 24h --json',
  ],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const { peer, url, token, window } = values
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
      const channel = await node.call('channel.topUp', { channelId, amount: values.amount(token) })
      context.output.result(channel, channelText(channel))
    }),
})

const list = defineCommand({
  name: 'channel list',
  summary: 'list the channels of a node',
  description: 'Shows all channels: deposits, what was paid, what can be spent, and what a stalled one waits for.',
  arguments: [],
  options: engineOptions,
  examples: ['sluice channel list', 'sluice channel list --data /var/lib/sluice --json'],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const channels = await node.call('channel.list', {})
      context.output.result({ channels }, channelsText(channels))
    }),
})

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
export const channelCommands = [open, topUp, list, withdraw, close]
