import {
  type FetchPaidOptions,
  fetchPaid,
  HttpError,
  isPassingStatus,
  type Offer,
  type PaidResponse,
  type PaidSession,
  readSession,
} from '@sluice/http'
import type { Id } from '@sluice/protocol'
import { CAR_TYPE } from './car/car-format.ts'
import type { CarVerifier } from './car/verifier.ts'
import type { DagQuery } from './dag/path-walk.ts'
import { RetrievalError } from './errors.ts'

const RESUMABLE: readonly string[] = ['CONNECTION_LOST', 'PROVIDER_STALLED', 'SERVER_UNREACHABLE']

/** Where a verified CAR goes. Bytes come in order and are valid until `write` has returned, or what it returned has resolved. */
export interface CarSink {
  write(bytes: Uint8Array): void | Promise<void>
  /** All has come. */
  finish(): void | Promise<void>
}

/** How far a retrieval has come. */
export interface RetrievalProgress {
  /** Bytes of the CAR that are verified. */
  readonly bytes: number
  /** Bytes of the whole CAR, as the provider says. */
  readonly length: number | undefined
  readonly blocks: number
  /** Highest total paid, base units. */
  readonly paid: bigint
  readonly payments: number
  readonly resumed: number
}

export interface RetrieveOptions extends Omit<FetchPaidOptions, 'headers' | 'resumeFrom' | 'from'> {
  /** The provider's address, such as `http://host:port`. */
  readonly provider: string
  /** Knows the root and what is verified already. */
  readonly verifier: CarVerifier
  readonly sink: CarSink
  /** Goes on with a payment that was begun, at the verifier's {@link CarVerifier.verifiedBytes}. */
  readonly session?: PaidSession
  readonly onProgress?: (progress: RetrievalProgress) => void
  /** Whether V is closed once all is paid, or once the provider cheats. Default true. */
  readonly closeWhenDone?: boolean
}

/** What a retrieval came to. */
export interface Retrieved extends RetrievalProgress {
  /** Undefined where the provider asks no payment. */
  readonly offer: Offer | undefined
  readonly virtualId: Id | undefined
}

/**
 * Retrieves a DAG as CAR: checks each block as the next expected on the way down from the root, writes it, and only then pays for it. Stops at
 * the first block that is wrong, at the spending limit, and when the provider stops; what was verified stays paid and written.
 * V stays open to go on with the session after a failure that {@link isResumable}, and is closed after any other.
 *
 * @throws RetrievalError for what the provider sends, HttpError for how it answers, and the payer's errors.
 */
export async function retrieve(options: RetrieveOptions): Promise<Retrieved> {
  const { verifier, session } = options
  if (session === undefined && verifier.isDone) return alreadyWhole(options)
  const url = carUrl(options.provider, String(verifier.root), verifier.query)
  const response = await fetchPaid(url, {
    ...options,
    headers: { Accept: CAR_TYPE },
    ...(session === undefined
      ? { from: verifier.verifiedBytes }
      : { resumeFrom: { session, offset: verifier.verifiedBytes } }),
  }).catch(async (error: unknown) => {
    if (session !== undefined && !isResumable(error)) await closeKept(session, options).catch(() => undefined)
    throw error
  })
  try {
    await take(response, options)
  } catch (error) {
    response.cancel()
    // The payments that are on their way belong to verified blocks. What is wrong with the content is worth more than what is wrong with them.
    await response.settled().catch(() => undefined)
    if (!isResumable(error)) await close(response, options).catch(() => undefined)
    throw error
  }
  await close(response, options)
  return { ...progressOf(response, verifier), offer: response.offer, virtualId: response.virtualId }
}

/** All was verified before: nobody has to be asked, or paid. */
async function alreadyWhole({ verifier, sink }: RetrieveOptions): Promise<Retrieved> {
  await sink.finish()
  const { verifiedBytes: bytes, blocks } = verifier
  const nothing = { paid: 0n, payments: 0, resumed: 0, offer: undefined, virtualId: undefined }
  return { bytes, length: bytes, blocks, ...nothing }
}

/**
 * Whether a retrieval that failed may be gone on with on the same V: the connection, this side or the payer failed. Not so where the provider
 * cheats, changed the content or the price, or where the spending limit is reached, for V can pay no more.
 */
export function isResumable(error: unknown): boolean {
  if (error instanceof RetrievalError) return false
  if (!(error instanceof HttpError)) return true
  return RESUMABLE.includes(error.code) || isPassingStatus(error)
}

async function take(response: PaidResponse, options: RetrieveOptions): Promise<void> {
  const { verifier, sink, onProgress } = options
  const window = response.offer?.window ?? Number.POSITIVE_INFINITY
  // What was verified in another process may not all be paid.
  if (verifier.verifiedBytes > 0) response.accept(verifier.verifiedBytes)
  for await (const piece of response.body) {
    const sections = verifier.write(piece)
    for (const { bytes } of sections) {
      const writing = sink.write(bytes)
      if (writing !== undefined) await writing
    }
    if (sections.length > 0) {
      response.accept(verifier.verifiedBytes)
      onProgress?.(progressOf(response, verifier))
    }
    if (verifier.failure !== undefined) throw verifier.failure
    if (verifier.isDone) break
    if (verifier.needed > window) throw new RetrievalError('BLOCK_BEYOND_WINDOW', { needed: verifier.needed, window })
  }
  verifier.end()
  const { verifiedBytes } = verifier
  if (response.length !== undefined && response.length !== verifiedBytes) {
    throw new RetrievalError('CAR_TRAILING', { offset: verifiedBytes, announced: response.length })
  }
  await sink.finish()
  await response.settled()
}

/** Closes the V of a session that could not be gone on with. */
async function closeKept(session: PaidSession, options: RetrieveOptions): Promise<void> {
  await close(readSession(session).signature.first.voucher, options)
}

async function close(
  { virtualId }: Pick<PaidResponse, 'virtualId'>,
  { payer, closeWhenDone }: RetrieveOptions,
): Promise<void> {
  if (virtualId !== undefined && closeWhenDone !== false) await payer.close(virtualId)
}

function progressOf(response: PaidResponse, verifier: CarVerifier): RetrievalProgress {
  const { length, paid, payments, resumed } = response
  return { bytes: verifier.verifiedBytes, length, blocks: verifier.blocks, paid, payments, resumed }
}

/** The url of a DAG, or of a part of it, at a provider. */
export function carUrl(provider: string, root: string, { path, scope, bytes }: DagQuery): string {
  const url = new URL(['/ipfs', root, ...path.map(encodeURIComponent)].join('/'), provider)
  url.searchParams.set('format', 'car')
  if (scope !== 'all') url.searchParams.set('dag-scope', scope)
  if (bytes !== undefined) url.searchParams.set('entity-bytes', `${bytes.from}:${bytes.to ?? '*'}`)
  return url.href
}
