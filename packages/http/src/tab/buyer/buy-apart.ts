import { SluiceError } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { decodeHeader, encodeHeader } from '../../headers/header-json.ts'
import { PAYMENT_REQUIRED } from '../../headers/payment-required.ts'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { isLocalUrl } from '../../local-url.ts'
import { TabError } from '../errors.ts'
import { decodeTabRequired, type TabOffer } from '../wire/offer.ts'
import { send } from './attempt.ts'
import type { Asked, Buying } from './context.ts'
import { chooseTabOffer } from './offers.ts'
import { payFor, type SignedPayment } from './pay-apart.ts'

const X402_VERSION = 2
/** Attempts of one request: each is refused before anything is run for it. */
const MAX_TURNS = 3

/**
 * Buys from a server that takes payments apart from their requests, such as one of x402. It knows no ids: what gets no answer is not asked for
 * again, and counts as paid.
 *
 * @throws HttpError, TabError why it is not bought.
 */
export async function buyApart(buying: Buying, asked: Asked, offer: TabOffer): Promise<Response> {
  let current = offer
  for (let turn = 1; ; turn++) {
    const { maxAmount } = asked.extras
    const { href, origin } = asked.url
    const wanted = { origin, isLocal: isLocalUrl(href), ...(maxAmount !== undefined && { maxAmount }) }
    const payment = await payFor(buying, current, wanted)
    const response = await sendWith(buying, asked, current, payment)
    if (response.status !== 402) return settled(asked, payment, response)
    const { code, fresh } = await refused(buying, response, payment)
    if (fresh === undefined || turn === MAX_TURNS) {
      throw new TabError('SELLER_REFUSED', { code, id: payment.id, charged: 0n, status: 402 })
    }
    buying.offers.put(asked.method, asked.url, fresh)
    current = fresh
  }
}

async function sendWith(buying: Buying, asked: Asked, { asMade }: TabOffer, payment: SignedPayment): Promise<Response> {
  const { href } = asked.url
  const resource = { url: href }
  const { payload } = payment
  const header = encodeHeader({ x402Version: X402_VERSION, resource, accepted: asMade, payload })
  try {
    return await send(buying, asked, header)
  } catch (cause) {
    payment.settle(undefined)
    if (asked.signal.aborted) throw asked.signal.reason
    throw cause instanceof SluiceError ? cause : new HttpError('SERVER_UNREACHABLE', { url: href }, cause)
  }
}

/** The answer as it came; its body is whole with its head, by x402's servers. */
function settled({ extras }: Asked, payment: SignedPayment, response: Response): Response {
  const charged = payment.settle(answerIn(response))
  const { id, virtualId, payee, token } = payment
  extras.onReceipt?.({ id, virtualId, payee, token, charged })
  return response
}

function answerIn(response: Response): unknown {
  const header = response.headers.get(PAYMENT_RESPONSE)
  if (header === null) return undefined
  try {
    return decodeHeader(PAYMENT_RESPONSE, header)
  } catch {
    // What cannot be read says nothing.
    return undefined
  }
}

/** Why a payment was refused, and what is offered now. */
async function refused(
  { payer, tokens }: Buying,
  response: Response,
  payment: SignedPayment,
): Promise<{ readonly code: string; readonly fresh: TabOffer | undefined }> {
  await response.body?.cancel().catch(() => undefined)
  const header = response.headers.get(PAYMENT_REQUIRED)
  const { error = 'PAYMENT_REQUIRED', offers = [] } = header === null ? {} : decodeTabRequired(header)
  payment.refused(error)
  return { code: error, fresh: offers.length === 0 ? undefined : chooseTabOffer(offers, payer, tokens) }
}
