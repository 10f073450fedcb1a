import { renameSync, rmSync } from 'node:fs'
import { HttpError, type Offer, type Payer, type Price, readSession } from '@sluice/http'
import { nodeFetch } from '@sluice/http/node'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import {
  carUrl,
  isResumable,
  RetrievalError,
  type RetrievalProgress,
  type RetrievedFromAny,
  retrieveAny,
} from '@sluice/retrieval'
import { type CarFileSink, openCarFile } from '@sluice/retrieval/node'
import { formatAmountOf } from '../cli/amount.ts'
import type { Context } from '../cli/command.ts'
import type { Output } from '../cli/output.ts'
import { NodeError, problemOf } from '../errors.ts'
import { writeError } from '../files/write-errors.ts'
import type { NodeApi } from '../rpc/methods.ts'
import { tellLeft } from './find/providers.ts'
import type { Target } from './find/target.ts'
import { closeLeftOpen, closeSoon, FAILED_PATIENCE, hasLeftOpen } from './finished.ts'
import { checkFree, checkSpace, type OutputFiles, partOf } from './output-files.ts'
import { createPurse, type Purse } from './payer.ts'
import { createProgressView } from './progress.ts'
import { readTicket, removeTicket, type Ticket, ticketOf, virtualOf, writeOpened, writeTicket } from './ticket.ts'
import { watchFor } from './waiting.ts'

export interface DownloadOptions extends OutputFiles {
  readonly target: Target
  /** Most to pay, base units. */
  readonly max: bigint
  /** Dearest price that is taken; undefined for any within `max`. */
  readonly maxPrice?: Price | undefined
  /** What to pay in. */
  readonly token: Address
  /** Begin also when the whole costs more than `max`, and stop there. */
  readonly allowPart: boolean
  /** Forget a partial download and its payment. */
  readonly fresh: boolean
  /** An offer may name an address in a private network. */
  readonly allowPrivate: boolean
  /** Most that all hubs together get, base units; undefined for the node's own limit. */
  readonly feesMax: bigint | undefined
  /** How long the hub or the provider may say nothing, milliseconds. */
  readonly timeout: number
}

/** What a download came to. Amounts in base units, times in milliseconds. */
export interface Downloaded {
  readonly url: string
  readonly cid: string
  readonly path: string
  readonly complete: true
  /** It was there already, whole. */
  readonly already?: true
  readonly bytes: number
  readonly blocksVerified: number
  /** Payments of this run, the first voucher included. */
  readonly payments: number
  /** What was paid in. */
  readonly token: Address
  /** All that was paid for it, also by runs before. */
  readonly paid: bigint
  readonly fees: bigint
  readonly price?: Offer['price']
  /** From the call to open the virtual channel until the provider held lock and first voucher. Only where this run opened it. */
  readonly timeToFirstPaymentMs?: number
  readonly downloadMs: number
  readonly resumed: number
  readonly virtualId?: string
  /** Whether the virtual channel is folded on this side already; else the node does it when the peers follow. */
  readonly virtualClosed?: boolean
}

/** Downloads what nothing is wanted for. */
export async function downloadFree(context: Context, options: DownloadOptions): Promise<Downloaded> {
  rmSync(partOf(options.out), { force: true })
  removeTicket(ticketOf(options.out))
  const nobody: Payer = {
    network: 'none',
    contract: NATIVE_TOKEN,
    open: () =>
      Promise.reject(new NodeError('INTERNAL', { problem: 'the provider changed its mind and wants payment' })),
    pay: async () => {},
    close: async () => {},
  }
  return run(context, options, {
    payer: nobody,
    fees: () => 0n,
    openedAt: () => undefined,
    ticket: undefined,
    explain: async () => undefined,
  })
}

/** Downloads and pays out of a node's channels, going on with what an earlier run left. */
export async function downloadPaid(context: Context, node: NodeApi, options: DownloadOptions): Promise<Downloaded> {
  const { out, fresh } = options
  const kept = readTicket(ticketOf(out))
  if (kept !== undefined && fresh) await closeLeftOpen(node, out)
  const ticket = fresh ? undefined : kept
  if (fresh) rmSync(partOf(out), { force: true })
  // A payment that came to nothing is closed. The part is gone on with by a new one, from its last whole block on.
  if (ticket === undefined && hasLeftOpen(out)) await closeLeftOpen(node, out)
  const { allowPrivate, feesMax, timeout } = options
  const { output } = context
  const now = () => performance.now()
  const purse = createPurse(node, await node.call('node.info', {}), { output, now, allowPrivate, feesMax, timeout })
  return run(context, options, fundsOf(purse, ticket))
}

/** Who pays, and what is known of it besides. */
interface Funds {
  readonly payer: Payer
  readonly fees: () => bigint
  readonly openedAt: () => number | undefined
  readonly ticket: Ticket | undefined
  readonly explain: Purse['explain']
}

function fundsOf({ payer, spending, explain }: Purse, ticket: Ticket | undefined): Funds {
  return { payer, ticket, explain, openedAt: () => spending.openedAt, fees: () => (ticket?.fees ?? 0n) + spending.fees }
}

async function run(context: Context, options: DownloadOptions, funds: Funds): Promise<Downloaded> {
  const { out, target } = options
  const file = await openPart(options, funds.ticket !== undefined)
  const startedAt = performance.now()
  let firstPaidAt: number | undefined
  const onSession = (session: Ticket['session']) => {
    firstPaidAt = performance.now()
    writeTicket(ticketOf(out), { session, fees: funds.fees() })
  }
  const retrieved = await retrieveInto(context, options, funds, file, startedAt, onSession)
  const downloadMs = performance.now() - startedAt
  checkFree(out)
  renameSync(partOf(out), out)
  removeTicket(ticketOf(out))
  const openedAt = funds.openedAt()
  const { virtualId, offer } = retrieved
  return {
    url: carUrl(retrieved.provider, String(target.root), target.query),
    cid: target.root.toString(),
    path: out,
    complete: true,
    bytes: retrieved.bytes,
    blocksVerified: retrieved.blocks,
    payments: retrieved.payments,
    token: options.token,
    paid: retrieved.paid,
    fees: funds.fees(),
    downloadMs: rounded(downloadMs),
    resumed: retrieved.resumed + (funds.ticket === undefined ? 0 : 1),
    ...(offer === undefined ? {} : { price: offer.price }),
    ...(openedAt === undefined || firstPaidAt === undefined
      ? {}
      : { timeToFirstPaymentMs: rounded(firstPaidAt - openedAt) }),
    ...(virtualId === undefined ? {} : { virtualId, virtualClosed: await closeSoon(funds.payer, virtualId) }),
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

async function openPart({ out, target }: DownloadOptions, isBegun: boolean): Promise<CarFileSink> {
  const path = partOf(out)
  const { root, query } = target
  try {
    // What is no part of this without a payment that says so is of no use to anybody.
    return await openCarFile(path, root, { query }).catch((thrown: unknown) => {
      if (isBegun || !(thrown instanceof RetrievalError)) throw thrown
      rmSync(path, { force: true })
      return openCarFile(path, root, { query })
    })
  } catch (thrown) {
    if (thrown instanceof RetrievalError)
      throw new NodeError('OUTPUT_FOREIGN', { path, problem: thrown.message }, thrown)
    throw new NodeError('FILE_UNWRITABLE', { path, problem: problemOf(thrown) }, thrown)
  }
}

/** Says that the disk is full where writing fails by that: what came is kept, and the payment goes on later. */
function namingSink(sink: CarFileSink['sink'], path: string): CarFileSink['sink'] {
  const named = (thrown: unknown): never => {
    throw writeError(path, thrown)
  }
  return {
    write: (bytes) => {
      try {
        return sink.write(bytes)?.catch(named)
      } catch (thrown) {
        return named(thrown)
      }
    },
    finish: async () => {
      await Promise.resolve(sink.finish()).catch(named)
    },
  }
}

/** How a server answers a payment that it does not take any more: it lost its records, has a new key, or somebody else used the payment. */
const LOST: ReadonlySet<string> = new Set(['OFFER_CHANGED', 'RESPONSE_CHANGED', 'RESPONSE_STATUS'])

/** What the whole costs by the offer that was taken, for people. */
function priceOf({ session }: Ticket): string {
  try {
    const { asset, amount } = readSession(session).signature.accepted
    return formatAmountOf(asset, amount)
  } catch {
    return 'what the provider asks then'
  }
}

/** What failed, where the payment that was begun can not go on: it is closed then. */
async function lostPayment(payer: Payer, ticket: Ticket, thrown: unknown): Promise<NodeError | undefined> {
  if (!(thrown instanceof HttpError) || isResumable(thrown) || !LOST.has(thrown.code)) return undefined
  const virtualId = virtualOf(ticket)
  if (virtualId !== undefined) await closeSoon(payer, virtualId, FAILED_PATIENCE)
  return new NodeError('PAYMENT_LOST', { problem: thrown.message, whole: priceOf(ticket) }, thrown)
}

async function retrieveInto(
  { output, signal }: Context,
  options: DownloadOptions,
  { payer, ticket, explain, fees }: Funds,
  { verifier, sink, close }: CarFileSink,
  startedAt: number,
  onSession: (session: Ticket['session']) => void,
): Promise<RetrievedFromAny> {
  const { target, max, maxPrice, token, allowPart, out, timeout } = options
  const view = createProgressView(output, () => performance.now())
  const watch = watchFor(output, {
    for: `the provider at ${new URL(target.url).host} to send, which it does as it is paid`,
    mostly: 'under a second',
    atMost: timeout,
  })
  const onProgress = ({ bytes, length, paid, payments }: RetrievalProgress) => {
    watch.happened()
    view.update({ bytes, total: length, paid, token, payments, elapsedMs: Math.round(performance.now() - startedAt) })
  }
  let virtualId: RetrievedFromAny['virtualId']
  const watched: Payer = {
    network: payer.network,
    contract: payer.contract,
    open: async (wanted) => {
      const opened = await payer.open(wanted)
      virtualId = opened.virtualId
      writeOpened(ticketOf(out), virtualId)
      tellOpened(output, token, wanted.capacity, fees())
      return opened
    },
    pay: payer.pay,
    // Whatever failed is worth more than that its payment is not closed yet, which the node goes on with.
    close: async (id) => void (await closeSoon(payer, id, FAILED_PATIENCE)),
  }
  try {
    return await retrieveAny({
      providers: inOrder(target.providers, ticket),
      onLeft: (provider, thrown) => {
        tellLeft({ output }, provider, thrown)
        removeTicket(ticketOf(out))
      },
      verifier,
      sink: namingSink(sink, partOf(out)),
      payer: watched,
      limits: { maxAmount: max, tokens: [token], allowPart, ...(maxPrice && { maxPrice }) },
      signal,
      onSession,
      onProgress,
      onOffer: ({ length }) => checkSpace(options, length, verifier.verifiedBytes),
      closeWhenDone: false,
      stallTimeout: timeout,
      fetch: nodeFetch,
      ...(ticket === undefined ? {} : { session: ticket.session }),
    })
  } catch (thrown) {
    // A provider that sends what was not asked for gets nothing more, now or later.
    if (thrown instanceof RetrievalError) {
      const begun = virtualId ?? (ticket && virtualOf(ticket))
      removeTicket(ticketOf(out))
      if (begun !== undefined) await closeSoon(payer, begun, FAILED_PATIENCE)
    }
    if (signal.aborted) throw thrown
    const reason = virtualId === undefined ? undefined : await explain(virtualId, thrown).catch(() => undefined)
    const begun = ticket ?? readTicket(ticketOf(out))
    throw reason ?? (begun && (await lostPayment(payer, begun, thrown))) ?? thrown
  } finally {
    watch.end()
    view.end()
    await close()
  }
}

/** Whoever was paid last goes on. */
function inOrder(providers: readonly string[], ticket: Ticket | undefined): readonly string[] {
  const begun = ticket && URL.canParse(ticket.session.url) ? new URL(ticket.session.url).origin : undefined
  const first = providers.filter((one) => new URL(one).origin === begun)
  return [...first, ...providers.filter((one) => !first.includes(one))]
}

function tellOpened(output: Output, token: Address, capacity: bigint, fees: bigint): void {
  const cost = fees === 0n ? 'for no fee' : `for a fee of ${formatAmountOf(token, fees)}`
  output.event('opened', { capacity, fees }, `paying at most ${formatAmountOf(token, capacity)}, ${cost}`)
}
