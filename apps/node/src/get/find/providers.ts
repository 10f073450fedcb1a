import { decodePaymentRequired, isDearer, type Price } from '@sluice/http'
import type { Address } from '@sluice/protocol'
import { carUrl } from '@sluice/retrieval'
import type { Context } from '../../cli/command.ts'
import { NodeError, problemOf } from '../../errors.ts'
import { waitFor } from '../waiting.ts'
import type { Target } from './target.ts'

/** A provider that answered. */
export interface Found {
  /** Its address. */
  readonly provider: string
  readonly wantsPayment: boolean
  /** In the token that is to be paid in; undefined where it names none. */
  readonly price: Price | undefined
}

export interface AskOptions {
  readonly target: Target
  readonly token: Address
  /** How long a provider may say nothing, milliseconds. */
  readonly timeout: number
}

/**
 * Asks all providers what they want for the target, side by side. Those that want nothing come first, then the cheapest; those that do not answer are left out.
 * Where a payment was begun, a refusal for another reason than payment, such as too many requests, does not say that it costs nothing: what was begun is kept.
 *
 * @throws NodeError PROVIDER_UNREACHABLE, PROVIDER_SILENT where none answers
 */
export async function findProviders(
  context: Pick<Context, 'output' | 'signal'>,
  options: AskOptions,
  isBegun: boolean,
): Promise<readonly Found[]> {
  const { providers } = options.target
  const asked = await Promise.allSettled(providers.map((one) => ask(context, options, one, isBegun)))
  const found: Found[] = []
  let failure: unknown
  for (const [i, one] of asked.entries()) {
    if (one.status === 'fulfilled') found.push(one.value)
    else {
      failure ??= one.reason
      if (providers.length > 1) tellLeft(context, providers[i] ?? '', one.reason)
    }
  }
  if (found.length === 0 || context.signal.aborted) throw failure ?? context.signal.reason
  return found.toSorted(byPrice)
}

/** Says that a provider is not asked any more. */
export function tellLeft({ output }: Pick<Context, 'output'>, provider: string, why: unknown): void {
  const problem = problemOf(why)
  output.event('provider-left', { provider, problem }, `leaving the provider at ${provider}: ${problem}`)
}

/** Whether the first provider wants payment. */
export async function wantsPayment(
  context: Pick<Context, 'output' | 'signal'>,
  options: AskOptions,
  isBegun: boolean,
): Promise<boolean> {
  return (await ask(context, options, options.target.provider, isBegun)).wantsPayment
}

async function ask(
  { output, signal }: Pick<Context, 'output' | 'signal'>,
  { target: { root, query }, token, timeout }: AskOptions,
  provider: string,
  isBegun: boolean,
): Promise<Found> {
  const url = carUrl(provider, String(root), query)
  const given = new AbortController()
  const wait = { for: `the provider at ${new URL(url).host} to answer`, mostly: 'under a second', atMost: timeout }
  const late = () => new NodeError('PROVIDER_SILENT', { url: provider, seconds: Math.ceil(timeout / 1_000) })
  try {
    const asking = fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.any([signal, given.signal]) })
    const { status, headers } = await waitFor(output, wait, asking, late)
    const wantsPayment = status === 402 || (isBegun && status >= 400)
    return { provider, wantsPayment, price: wantsPayment ? priceIn(headers.get('PAYMENT-REQUIRED'), token) : undefined }
  } catch (thrown) {
    given.abort()
    if (signal.aborted || thrown instanceof NodeError) throw thrown
    const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
    throw new NodeError('PROVIDER_UNREACHABLE', { url, problem: problemOf(cause) }, thrown)
  }
}

function priceIn(header: string | null, token: Address): Price | undefined {
  try {
    return decodePaymentRequired(header ?? '').offers.find(({ asset }) => asset === token)?.price
  } catch {
    // What is wrong with it is said when it is asked for the content.
    return undefined
  }
}

function byPrice(a: Found, b: Found): number {
  const rank = ({ wantsPayment, price }: Found) => (wantsPayment ? (price === undefined ? 2 : 1) : 0)
  if (rank(a) !== rank(b) || a.price === undefined || b.price === undefined) return rank(a) - rank(b)
  if (isDearer(a.price, b.price)) return 1
  return isDearer(b.price, a.price) ? -1 : 0
}
