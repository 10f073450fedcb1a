import { defineCommand } from '../../cli/command.ts'
import { defaulted, optional, required, several, toggle } from '../../cli/options.ts'
import {
  amountOf,
  byteCount,
  duration,
  listenAddress,
  originsOf,
  path,
  token as tokenOf,
  urlOf,
} from '../../cli/parse.ts'
import { chainUrlsOf } from '../../config/contract.ts'
import { daemonOptions } from '../../config/options.ts'
import { learnToken, loadTokens } from '../../config/tokens.ts'

/** A daemon ends its sessions and requests in order, milliseconds. */
const ENDS_WITHIN = 20_000

/** Sells what any HTTP server answers. */
export const proxyCommand = defineCommand({
  name: 'proxy',
  summary: 'put a price on any HTTP server',
  description:
    'Runs a node that stands before an HTTP server and asks payment for what it answers (HTTP 402, x402 version 2), by a table of prices: by the call, the byte and the second, as it goes. Bodies stream both ways; an answer that fails costs nothing. The table is read again when it changes, and on SIGHUP.',
  arguments: [{ name: 'upstream', description: 'address of the server behind: http://127.0.0.1:3000' }],
  options: {
    ...daemonOptions,
    prices: required('file', 'table of prices, JSON: see docs/guides/seller.md', path),
    token: defaulted('token', 'token that is paid in: address of an ERC-20 token, or native', tokenOf, 'native'),
    window: optional(
      'amount',
      'most that a client may owe at any time (default: some calls, seconds and a MiB of the dearest route)',
      amountOf,
    ),
    hub: several(
      'url',
      'hub that offers name with its address, and that this side connects to, such as https://hub.example; may be given several times',
      urlOf('http', 'https', 'ws', 'wss'),
    ),
    httpListen: defaulted('address', 'where clients connect; port 0 takes a free one', listenAddress, '127.0.0.1:0'),
    httpUrl: optional(
      'url',
      'how clients reach this from outside, with the path that a proxy in front takes off',
      urlOf('http', 'https'),
    ),
    cors: defaulted(
      'origins',
      'origins of pages that may buy, with commas between them, or all, or none to leave it to the server behind',
      originsOf,
      'all',
    ),
    keepHost: toggle('hand the Host on that the client named, rather than that of the server behind'),
    maxBody: defaulted('bytes', 'most bytes of the body of a request that is paid for', byteCount, '8MiB'),
    paymentTimeout: defaulted('time', 'how long a payment is waited for', duration, '30s'),
    upstreamTimeout: defaulted('time', 'how long the server behind may take to begin its answer', duration, '60s'),
    upstreamSilence: defaulted('time', 'how long it may say nothing within an answer', duration, '5m'),
    healthPath: defaulted('path', 'what /.well-known/sluice/health asks of the server behind', asPath, '/'),
  },
  examples: [
    'sluice proxy http://127.0.0.1:3000 --prices prices.json --http-listen 0.0.0.0:8402 --chain http://127.0.0.1:8545',
    'sluice proxy http://127.0.0.1:3000 --prices prices.json --http-url https://api.example --trusted-proxy 127.0.0.1',
  ],
  endsWithin: ENDS_WITHIN,
  run: async (context, values, [upstream = '']) => {
    urlOf('http', 'https')(upstream, 'the server behind')
    const { token, window, cors, maxBody } = values
    const [{ runDaemon }, { serveProxy }, { parseAmountOf }] = await Promise.all([
      import('../../daemon/run-daemon.ts'),
      import('../../proxy/serve-proxy.ts'),
      import('../../cli/amount.ts'),
    ])
    loadTokens(values.data)
    // A token that tells no unit is priced in base units.
    await learnToken(values.data, token, () => chainUrlsOf(values)[0]).catch(() => undefined)
    const taken = values.tokens.some((one) => one.token === token) ? values.tokens : [...values.tokens, { token }]
    return runDaemon(context, values, { role: 'proxy', changes: { tokens: taken } }, (node, stopper) =>
      serveProxy(node, stopper, {
        ...values,
        upstream,
        amount: (text) => parseAmountOf(token, text),
        window: window?.(token),
        cors: cors === 'none' ? undefined : cors === 'all' ? {} : { origins: cors },
        maxBody: Number(maxBody),
        hubs: values.hub,
      }),
    )
  },
})

function asPath(text: string, name: string): string {
  return new URL(urlOf('http')(`http://here${text.startsWith('/') ? '' : '/'}${text}`, name)).pathname
}
