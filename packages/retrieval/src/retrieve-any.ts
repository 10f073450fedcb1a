import type { Payer, ResumeOptions } from '@sluice/http'
import { HttpError } from '@sluice/http'
import type { Id } from '@sluice/protocol'
import { RetrievalError } from './errors.ts'
import { type CarSink, type Retrieved, type RetrieveOptions, retrieve } from './retrieve.ts'

export interface RetrieveAnyOptions extends Omit<RetrieveOptions, 'provider'> {
  /** In the order in which they are asked: the first one sends as long as it does, then the next goes on. A session is the first one's. */
  readonly providers: readonly string[]
  /** Called when a provider is left for the next, with why. */
  readonly onLeft?: (provider: string, error: unknown) => void
}

/** What a retrieval came to, whichever providers sent. `paid` and `payments` are those of all. */
export interface RetrievedFromAny extends Retrieved {
  /** Who sent the end. */
  readonly provider: string
}

/** Where another provider stands by, a broken connection is tried once more and no longer. */
const IMPATIENT: ResumeOptions = { attempts: 1, delay: () => 0 }

/** What verified blocks say themselves: no other provider says otherwise. */
const FACTS: ReadonlySet<string> = new Set([
  ...['PATH_NOT_FOUND', 'RANGE_OUTSIDE', 'DAG_LIMIT', 'BLOCK_UNREADABLE', 'CID_UNSUPPORTED'],
  ...['SPENDING_LIMIT', 'VERIFIED_BEYOND'],
])

/**
 * Retrieves from several providers, one after the other: where one fails, the next goes on behind the last verified block, and is paid from there on alone. The virtual
 * channel of the one that is left is closed at what was paid for verified blocks. All together get at most `limits.maxAmount`.
 *
 * @throws what {@link retrieve} throws: of the last provider, or where no other could do better.
 */
export async function retrieveAny(options: RetrieveAnyOptions): Promise<RetrievedFromAny> {
  const { providers, onLeft, limits, session, verifier, onProgress } = options
  const sink = watched(options.sink)
  let [spent, payments] = [0n, 0]
  for (const [i, provider] of providers.entries()) {
    const isLast = i === providers.length - 1
    const bill = billOf(options.payer)
    const before = { spent, payments }
    try {
      const retrieved = await retrieve({
        ...withoutSession(options),
        provider,
        sink: sink.sink,
        payer: bill.payer,
        limits: { ...limits, maxAmount: limits.maxAmount - spent },
        ...(isLast ? {} : { resume: IMPATIENT }),
        ...(i === 0 && session !== undefined && { session }),
        ...(onProgress && {
          onProgress: (progress) =>
            onProgress({
              ...progress,
              paid: before.spent + progress.paid,
              payments: before.payments + progress.payments,
            }),
        }),
      })
      return { ...retrieved, paid: spent + retrieved.paid, payments: payments + retrieved.payments, provider }
    } catch (error) {
      if (isLast || options.signal?.aborted === true || sink.failed() || isFact(error)) throw error
      onLeft?.(provider, error)
      await bill.close()
      spent += bill.paid()
      payments += bill.payments()
      verifier.rewind()
    }
  }
  throw new RangeError('there is no provider to ask')
}

function isFact(error: unknown): boolean {
  return (error instanceof RetrievalError || error instanceof HttpError) && FACTS.has(error.code)
}

function withoutSession({ session: _, ...options }: RetrieveAnyOptions): Omit<RetrieveAnyOptions, 'session'> {
  return options
}

/** A sink that tells whether it failed: no other provider would help then. */
function watched(sink: CarSink): { readonly sink: CarSink; readonly failed: () => boolean } {
  let hasFailed = false
  const failing = (error: unknown): never => {
    hasFailed = true
    throw error
  }
  const watch = <T extends unknown[]>(work: (...given: T) => void | Promise<void>) => {
    return (...given: T): void | Promise<void> => {
      try {
        return work(...given)?.catch(failing)
      } catch (error) {
        return failing(error)
      }
    }
  }
  return {
    sink: { write: watch((bytes: Uint8Array) => sink.write(bytes)), finish: watch(() => sink.finish()) },
    failed: () => hasFailed,
  }
}

/** A payer that notes what one provider was paid, and on which virtual channel. */
function billOf(payer: Payer) {
  let virtualId: Id | undefined
  let [paid, payments] = [0n, 0]
  const noting: Payer = {
    network: payer.network,
    contract: payer.contract,
    open: async (wanted) => {
      const opened = await payer.open(wanted)
      virtualId = opened.virtualId
      paid = opened.first.voucher.amount
      payments += 1
      return opened
    },
    pay: async (id, total) => {
      virtualId = id
      // One that fails may have been signed all the same: it counts against the limit.
      if (total > paid) paid = total
      await payer.pay(id, total)
      payments += 1
    },
    close: async (id) => {
      await payer.close(id)
      if (id === virtualId) virtualId = undefined
    },
  }
  const close = async (): Promise<void> => {
    if (virtualId !== undefined) await payer.close(virtualId).catch(() => undefined)
  }
  return { payer: noting, close, paid: () => paid, payments: () => payments }
}
