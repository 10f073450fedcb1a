import { createBuyer } from '@sluice/client/buyer'
import type { Receipt } from '@sluice/http'
import { type Address, highest, lowest } from '@sluice/protocol'
import type { Output } from '../cli/output.ts'
import { NodeError, problemOf } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'
import { createNodePayer } from './node-payer.ts'

/** What is asked for. */
export interface Wanted {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer> | undefined
  /** Names the request: asked again with the same one, it is run and charged once. */
  readonly id: string | undefined
}

/** What may be spent on it. */
export interface Allowance {
  readonly token: Address
  /** Base units; undefined for what is usual, as far as a channel holds it. */
  readonly max: bigint | undefined
  readonly feesMax: bigint | undefined
  readonly allowPrivate: boolean
  /** How long whoever is asked may say nothing, milliseconds. */
  readonly timeout: number
}

/** What a request cost. Amounts in base units. */
export interface Cost {
  readonly token: Address
  readonly charged: bigint
  /** To the hubs on the way. */
  readonly fees: bigint
  readonly payee?: Address
  readonly virtualId?: string
  readonly hubs: readonly Address[]
}

/** Where an answer goes. */
export interface Sink {
  readonly begin: (response: Response) => void
  /** Answers whether more is wanted. */
  readonly write: (piece: Uint8Array) => Promise<boolean>
}

/** Asks without paying. Answers nothing where payment is asked for. @throws NodeError SERVER_SILENT */
export async function askFree(wanted: Wanted, timeout: number, signal: AbortSignal): Promise<Response | undefined> {
  const { url } = wanted
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeout)
  try {
    const response = await fetch(url, { ...initOf(wanted), signal: AbortSignal.any([signal, late.signal]) })
    if (response.status !== 402 || !response.headers.has('PAYMENT-REQUIRED')) return response
    await response.body?.cancel()
    return undefined
  } catch (thrown) {
    if (signal.aborted) throw thrown
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
    const problem = late.signal.aborted ? `nothing came for ${timeout} ms` : problemOf(cause)
    throw new NodeError('SERVER_SILENT', { url, problem }, thrown)
  } finally {
    clearTimeout(timer)
  }
}

/** Buys an answer out of a node's channels, and writes it as it comes. */
export async function buy(
  node: NodeApi,
  output: Output,
  wanted: Wanted,
  allowance: Allowance,
  sink: Sink,
  signal: AbortSignal,
): Promise<Cost> {
  const { token, feesMax, allowPrivate, timeout } = allowance
  const info = await node.call('node.info', {})
  const max = allowance.max ?? (await usualMax(node, token))
  const now = () => performance.now()
  const { payer, fees, hubs } = await createNodePayer(node, info, { output, now, allowPrivate, feesMax, timeout })
  const buyer = createBuyer(payer, { tokens: [token], spending: { request: max } })
  const receipts: Receipt[] = []
  try {
    const init = { ...initOf(wanted), signal, maxAmount: max, onReceipt: (receipt: Receipt) => receipts.push(receipt) }
    const response = await buyer.fetch(wanted.url, { ...init, ...(wanted.id === undefined ? {} : { id: wanted.id }) })
    await writeOut(response, sink)
  } finally {
    // Pays what is due and gets the rest back, whatever became of the answer.
    await buyer.stop()
  }
  const last = receipts.at(-1)
  return {
    token,
    charged: receipts.reduce((sum, { charged }) => sum + charged, 0n),
    fees: fees(),
    hubs: hubs(),
    ...(last === undefined ? {} : { payee: last.payee, virtualId: last.virtualId }),
  }
}

/** What a request may cost where nobody says it, base units of the native token: a hundredth of a coin. */
export const USUAL_MAX = 10n ** 16n

/** Half of what the richest channel has, where it holds less: the rest is for hubs. */
async function usualMax(node: NodeApi, token: Address): Promise<bigint> {
  const channels = await node.call('channel.list', {})
  const open = channels.filter((channel) => channel.status === 'open' && channel.token === token)
  const richest = highest(0n, ...open.map(({ spendable }) => spendable.own))
  return richest === 0n ? USUAL_MAX : lowest(USUAL_MAX, highest(1n, richest / 2n))
}

/** Writes an answer as it comes. */
export async function writeOut(response: Response, sink: Sink): Promise<void> {
  sink.begin(response)
  for await (const piece of response.body ?? []) if (!(await sink.write(piece))) break
}

function initOf({ method, headers, body }: Wanted): RequestInit {
  return { method, headers, ...(body === undefined ? {} : { body }) }
}

/** What ends the command where an answer is none that was hoped for. */
export function problemWith(url: string, status: number, charged: bigint): NodeError | undefined {
  if (status < 400) return undefined
  return new NodeError(status < 500 ? 'ANSWER_REFUSED' : 'SERVER_FAILED', { url, status, charged })
}
