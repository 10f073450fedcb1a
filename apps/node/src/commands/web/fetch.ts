import { readFileSync } from 'node:fs'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { unlessAborted } from '../../access/unless-aborted.ts'
import { withNode } from '../../access/with-node.ts'
import { formatAmountOf } from '../../cli/amount.ts'
import { type Context, defineCommand } from '../../cli/command.ts'
import { flagOnly, lettered, lines, optional, toggle, type Values, variableOf } from '../../cli/options.ts'
import { amountOf, headerLine, methodName, path, urlOf } from '../../cli/parse.ts'
import { buyingOptions, engineOptions } from '../../config/options.ts'
import { prepareToken } from '../../config/tokens.ts'
import { NodeError, problemOf } from '../../errors.ts'
import type { Cost, Wanted } from '../../fetch/buy.ts'

const options = {
  ...engineOptions,
  request: flagOnly(
    lettered('X', optional('method', 'method of the request (default: GET, or POST with -d)', methodName)),
  ),
  body: flagOnly(
    lettered('d', optional('text', 'body of the request; @file reads it from there, @- from standard input', String)),
  ),
  header: flagOnly(
    lettered(
      'H',
      lines('header', 'header of the request, such as "Accept: text/plain"; may be given several times', headerLine),
    ),
  ),
  out: flagOnly(lettered('o', optional('file', 'where the answer goes (default: standard output)', path))),
  include: flagOnly(lettered('i', toggle('show the head of the answer on standard error'))),
  id: flagOnly(optional('text', 'name of the request: asked again by it, it is run and charged once', idOf)),
  max: optional(
    'amount',
    'most that it may cost (default: 0.01FIL, or half of what a channel holds; has to be given with --token)',
    amountOf,
  ),
  ...buyingOptions,
}

/** Buys what a server answers, as curl would ask for it. */
export const fetchCommand = defineCommand({
  name: 'fetch',
  summary: 'ask a server, and pay for its answer',
  description:
    'Sends a request as curl does, and pays what the server asks for (HTTP 402, x402 version 2), at most --max: by any method and body, streams as they come. The answer goes to standard output, what it cost to standard error; with --json both are lines of JSON, the last one the receipt. What is free is fetched without a node. An answer of 400 and above is written out too, and ends with another exit code than 0.',
  arguments: [{ name: 'url', description: 'what is asked for: https://api.example/v1/chat' }],
  options,
  examples: [
    'sluice fetch http://127.0.0.1:8402/v1/quote --max 0.001FIL',
    `sluice fetch http://127.0.0.1:8402/v1/chat -X POST -H "Content-Type: application/json" -d '{"prompt":"hello"}' --max 0.01FIL`,
    'sluice fetch http://127.0.0.1:8402/film.mp4 -o film.mp4 --token 0x80b98d3aa09ffff255c3ba4a241111ff1262f045 --max 250000 --json',
  ],
  run: async (context, values, [url = '']) => {
    const wanted = wantedOf(values, urlOf('http', 'https')(url, 'the url'))
    await prepareToken(values, values.token, values.max, values.feeMax)
    const max = maxOf(values)
    const timeout = Math.max(1, values.timeout) * 1_000
    const [{ askFree, buy, problemWith, writeOut }, { createSink }] = await Promise.all([
      import('../../fetch/buy.ts'),
      import('../../fetch/sinks.ts'),
    ])
    const { output, signal } = context
    const { token } = values
    const free = await askFree(wanted, timeout, signal)
    const sink = createSink(output, values.out, values.include)
    const allowance = { token, max, feesMax: values.feeMax?.(token), allowPrivate: values.allowPrivate, timeout }
    const ending = new AbortController()
    const all = AbortSignal.any([signal, ending.signal])
    let cost: Cost = { token, charged: 0n, fees: 0n, hubs: [] }
    try {
      if (free !== undefined) await unlessAborted(signal, writeOut(free, sink))
      else cost = await withNode(context, values, (node) => buy(node, output, wanted, allowance, sink, all))
    } finally {
      ending.abort()
      await sink.close()
    }
    if (cost.charged > 0n || cost.fees > 0n) {
      const { keepReceipt } = await import('../../fetch/receipts.ts')
      const { method } = wanted
      keepReceipt(values.data, {
        ...cost,
        at: BigInt(Date.now()),
        method,
        url,
        status: sink.status(),
        bytes: sink.length(),
      })
    }
    tellReceipt(context, cost, { url, status: sink.status(), bytes: sink.length() })
    const problem = problemWith(url, sink.status(), cost.charged)
    if (problem !== undefined) throw problem
  },
})

type FetchValues = Values<typeof options>

/** On standard error, so that the answer alone is on standard output. */
function tellReceipt(
  { output }: Context,
  cost: Cost,
  answer: { readonly url: string; readonly status: number; readonly bytes: number },
): void {
  const { token, charged, fees } = cost
  if (output.json) output.result({ ...answer, ...cost }, '')
  else {
    const price = charged === 0n ? 'nothing was charged' : `charged ${formatAmountOf(token, charged)}`
    const forHubs = fees === 0n ? '' : `, and ${formatAmountOf(token, fees)} to hubs`
    output.streams.err(`${answer.status}, ${answer.bytes} bytes; ${price}${forHubs}\n`)
  }
}

function wantedOf({ request, body, header, id }: FetchValues, url: string): Wanted {
  const sent = body === undefined ? undefined : bodyOf(body)
  const headers = new Headers(header.map(([name, value]) => [name, value]))
  // As curl has it: whoever sends something else says so.
  if (sent !== undefined && !headers.has('Content-Type'))
    headers.set('Content-Type', 'application/x-www-form-urlencoded')
  const method = request ?? (sent === undefined ? 'GET' : 'POST')
  if (sent !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new NodeError('VALUE_INVALID', { name: '--request', value: method, expected: 'a method that takes a body' })
  }
  return { url, method, headers, body: sent, id }
}

function bodyOf(text: string): Uint8Array<ArrayBuffer> {
  if (!text.startsWith('@')) return Uint8Array.from(Buffer.from(text))
  const name = text.slice(1)
  try {
    return Uint8Array.from(readFileSync(name === '-' ? 0 : name))
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path: name, problem: problemOf(thrown) }, thrown)
  }
}

function maxOf({ max, token }: FetchValues): bigint | undefined {
  if (max !== undefined) return max(token)
  if (token === NATIVE_TOKEN) return undefined
  throw new NodeError('VALUE_MISSING', { name: '--max', flag: 'max', variable: variableOf('max'), key: 'max' })
}

function idOf(value: string, name: string): string {
  if (/^[\x21-\x7e]{1,64}$/.test(value)) return value
  throw new NodeError('VALUE_INVALID', { name, value, expected: '1 to 64 printable characters without blanks' })
}
