import type { TakenToken } from '@sluice/engine'
import { defineCommand } from '../cli/command.ts'
import { defaulted, optional } from '../cli/options.ts'
import { byteCount, duration, listenAddress, path, prices, type TokenPrice, urlOf } from '../cli/parse.ts'
import { daemonOptions, feeOptions } from '../config/options.ts'

/** Help and one-off commands do without the engine and its surroundings: they take a while to load. */
const loadDaemon = () => import('../daemon/run-daemon.ts')

/** A daemon ends its sessions and requests in order, milliseconds. */
const ENDS_WITHIN = 20_000

const node = defineCommand({
  name: 'node',
  summary: 'run a node that pays and is paid',
  description:
    'Runs a plain node: it keeps the channels of a data folder, watches the chain for them and answers `get` and `channel` commands of the same folder.',
  arguments: [],
  options: daemonOptions,
  examples: [
    'sluice node --chain http://127.0.0.1:8545 --profile development',
    'sluice node --data /var/lib/sluice --profile filecoin --chain https://rpc.example',
  ],
  endsWithin: ENDS_WITHIN,
  run: async (context, values) =>
    (await loadDaemon()).runDaemon(context, values, { role: 'node', changes: { tokens: values.tokens } }),
})

const hub = defineCommand({
  name: 'hub',
  summary: 'run a hub that forwards payments',
  description: 'Runs a node that forwards virtual channels between its channels, for the fees given.',
  arguments: [],
  options: { ...daemonOptions, ...feeOptions },
  examples: [
    'sluice hub --listen 0.0.0.0:7000 --public-url wss://hub.example --chain http://127.0.0.1:8545',
    'sluice hub --fee-base 1nFIL --fee-ppm 500',
    'sluice hub --fee-ppm 500 --tokens native,0x80b98d3aa09ffff255c3ba4a241111ff1262f045:10000',
  ],
  endsWithin: ENDS_WITHIN,
  run: async (context, values) => {
    const { runDaemon } = await loadDaemon()
    const changes = {
      forward: true,
      tokens: values.tokens,
      ...(values.feeBase !== undefined && { feeBase: values.feeBase }),
      ...(values.feePpm !== undefined && { feePartsPerMillion: values.feePpm }),
      ...(values.feeHourPpm !== undefined && { feePerHour: values.feeHourPpm }),
    }
    return runDaemon(context, values, { role: 'hub', changes })
  },
})

const provide = defineCommand({
  name: 'provide',
  summary: 'serve CAR files for payment',
  description:
    'Runs a node that serves what the CAR files of a folder hold, as a trustless gateway of IPFS: blocks, DAGs and parts of them at /ipfs/<cid>, for payment (HTTP 402, x402 version 2), at most a window ahead of what is paid: each answer by itself, or many requests on a tab. Files may come, change and go meanwhile; one that is broken is named in the log and left out.',
  arguments: [{ name: 'folder', description: 'folder with CAR files' }],
  options: {
    ...daemonOptions,
    httpListen: defaulted('address', 'where content is served; port 0 takes a free one', listenAddress, '127.0.0.1:0'),
    unpaidListen: optional(
      'address',
      'a second listener that serves the same for nothing: keep it on the loopback',
      listenAddress,
    ),
    httpUrl: optional('url', 'how clients reach the content from outside', urlOf('http', 'https')),
    price: defaulted(
      'prices',
      'what --per bytes cost: 1nFIL; in other tokens base units after the token and a colon, up to four with commas between them: 1nFIL,0x…:50',
      prices,
      '1nFIL',
    ),
    per: defaulted('bytes', 'how many bytes the price is for', byteCount, '1KiB'),
    minCharge: defaulted('bytes', 'an answer with content costs at least what so many bytes do', byteCount, '4KiB'),
    serveAhead: defaulted(
      'bytes',
      'how many bytes are served ahead of payment, at least the largest block',
      byteCount,
      '4MiB',
    ),
    paymentTimeout: defaulted('time', 'how long a payment is waited for', duration, '30s'),
  },
  examples: [
    'sluice provide ./cars --http-listen 0.0.0.0:8080 --price 1nFIL --per 1KiB --chain http://127.0.0.1:8545',
    'sluice provide ./cars --unpaid-listen 127.0.0.1:8081',
    'sluice provide ./cars --price 1nFIL,0x80b98d3aa09ffff255c3ba4a241111ff1262f045:50 --per 1MiB',
  ],
  endsWithin: ENDS_WITHIN,
  run: async (context, values, [folder = '']) => {
    const [{ runDaemon }, { serveProvider }] = await Promise.all([loadDaemon(), import('../daemon/provider.ts')])
    return runDaemon(
      context,
      values,
      { role: 'provider', changes: { tokens: withPriced(values.tokens, values.price) } },
      (opened, stopper) =>
        serveProvider(opened, stopper, { ...values, prices: values.price, folder: path(folder, 'the folder') }),
    )
  },
})

/** Whoever sells for a token takes channels in it. */
function withPriced(taken: readonly TakenToken[], priced: readonly TokenPrice[]): readonly TakenToken[] {
  const missing = priced.filter(({ token }) => !taken.some((one) => one.token === token))
  return [...taken, ...missing.map(({ token }) => ({ token }))]
}

/** The daemons: one program, three configurations. */
export const daemonCommands = [node, hub, provide]
