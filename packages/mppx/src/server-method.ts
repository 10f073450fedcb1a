import type { Seller } from '@sluice/http/sell'
import { SluiceError } from '@sluice/protocol'
import { Errors, Method, Receipt } from 'mppx'
import { session } from './method.ts'

interface Offer {
  readonly network: string
  readonly asset: string
  readonly payTo: string
  readonly maxTimeoutSeconds: number
  readonly extra: object
}

/**
 * The method for a server of mppx: `amount` is in base units, token and recipient are the seller's. Its payments are on the same tabs as those of
 * the seller's own gate. A payment is charged once it is verified.
 *
 * @example
 * ```ts
 * const mppx = Mppx.create({ methods: [createServerMethod(seller)], secretKey })
 * const paid = await mppx.sluice.session({ amount: '1000' })(request)
 * const answer = paid.status === 402 ? paid.challenge : paid.withReceipt(Response.json({ sun: true }))
 * ```
 */
export function createServerMethod(seller: Seller) {
  const offerFor = (amount: string) => seller.offer(priceOf(amount)) as Offer
  const { asset, payTo } = offerFor('1')
  return Method.toServer<typeof session, { currency: string; recipient: string }>(session, {
    defaults: { currency: asset, recipient: payTo },
    request({ request }) {
      const { network, maxTimeoutSeconds, extra } = offerFor(request.amount)
      return { ...request, methodDetails: { network, maxTimeoutSeconds, extra } }
    },
    // What changes while a server runs is not agreed to.
    stableBinding: ({ amount, currency, recipient }) => ({ amount, currency, recipient }),
    async validate({ credential }) {
      const { amount } = credential.challenge.request
      const { id, payer } = await told(seller.check(credential.payload, priceOf(amount)))
      const { intent, name: method } = session
      return {
        challenge: credential.challenge,
        credential,
        details: { id, payer },
        intent,
        method,
        request: credential.challenge.request,
      }
    },
    async broadcast({ credential }) {
      const { amount } = credential.challenge.request
      const taken = await told(seller.take(credential.payload, priceOf(amount)))
      const settlement = taken.settle()
      const timestamp = new Date().toISOString()
      return Receipt.from({
        method: session.name,
        reference: taken.id,
        status: 'success',
        timestamp,
        settlement,
      } as Receipt.Receipt)
    },
  })
}

const priceOf = (amount: string) => [{ unit: 'call', amount: BigInt(amount) }]

/** Refusals as mppx tells them: their code is the reason. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    throw new Errors.VerificationFailedError({ reason: `${error.code}: ${error.message}` })
  }
}
