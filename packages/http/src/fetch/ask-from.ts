import { HttpError } from '../errors.ts'
import { decodePaymentRequired, PAYMENT_REQUIRED } from '../headers/payment-required.ts'
import { PAYMENT_SIGNATURE } from '../headers/payment-signature.ts'
import { parseContentRange } from '../headers/range.ts'
import { type Answer, ask, clean, type Exchange, reasonOf } from './exchange.ts'

/** What is asked for again. */
export interface Wanted {
  readonly exchange: Exchange
  readonly url: string
  readonly length: number | undefined
  readonly payment: { readonly session: { readonly payment: string } } | undefined
}

/**
 * Asks for the bytes from `start` on, of the same resource where its `etag` is known, and on the same V.
 *
 * @throws HttpError `RESPONSE_CHANGED`, `RESPONSE_RANGE`, `OFFER_CHANGED`, `RESPONSE_STATUS` and those of {@link ask}.
 */
export async function askFrom(
  { exchange, url, length, payment }: Wanted,
  start: number,
  etag?: string,
): Promise<Answer> {
  const paying = payment === undefined ? undefined : { [PAYMENT_SIGNATURE]: payment.session.payment }
  const answer = await ask(exchange, url, {
    ...paying,
    Range: `bytes=${start}-`,
    ...(etag !== undefined && { 'If-Range': etag }),
  })
  const { status, headers } = answer.response
  if (status !== 206) {
    if (status === 200) throw ended(answer, new HttpError('RESPONSE_CHANGED'))
    throw await refusal(exchange, answer)
  }
  if (etag !== undefined && headers.get('ETag') !== etag) throw ended(answer, new HttpError('RESPONSE_CHANGED'))
  const range = parseContentRange(headers.get('Content-Range'))
  const fits = range?.start === start && range.end === range.total && (length === undefined || range.total === length)
  if (!fits) {
    throw ended(
      answer,
      new HttpError('RESPONSE_RANGE', { got: clean(headers.get('Content-Range') ?? ''), expected: start }),
    )
  }
  return answer
}

function ended(answer: Answer, error: HttpError): HttpError {
  answer.end(error)
  return error
}

/** Why a server does not serve what is paid for. */
export async function refusal(exchange: Exchange, answer: Answer): Promise<HttpError> {
  const { status, headers } = answer.response
  if (status !== 402) return new HttpError('RESPONSE_STATUS', { status, reason: await reasonOf(exchange, answer) })
  answer.end()
  return new HttpError('OFFER_CHANGED', { reason: clean(reasonFor(headers.get(PAYMENT_REQUIRED))) })
}

function reasonFor(header: string | null): string {
  try {
    return decodePaymentRequired(header ?? '').error ?? 'no reason given'
  } catch {
    return 'in a form that cannot be read'
  }
}
