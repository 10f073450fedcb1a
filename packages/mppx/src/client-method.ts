import type { SignedPayment, WantedPayment } from '@sluice/http'
import { Credential, Method, Receipt } from 'mppx'
import { session } from './method.ts'

/** Whoever pays: a client of `@sluice/client`. */
export interface PaymentSource {
  pay(wanted: WantedPayment): Promise<SignedPayment>
}

export interface ClientMethodOptions {
  /** Most for one request, base units. Default: the spending rule for requests of whoever pays. */
  readonly maxAmount?: bigint
  /** Servers are of this machine's network: what they offer may name addresses there. For tests and development. Default false. */
  readonly isLocal?: boolean
}

/** What a client of mppx tells of its payments: the part of `Mppx` that is needed here. */
export interface PaymentEvents {
  onPaymentResponse(handler: (event: { readonly credential: string; readonly response: Response }) => void): unknown
}

/** The method for a client of mppx. */
export interface SessionClient {
  /** For `Mppx.create`, or for `McpClient.wrap`. */
  readonly method: ReturnType<typeof clientMethod>
  /** Settles each payment by the receipt that comes for it. Without it payments count as spent in full, whatever became of them. */
  observe(mppx: PaymentEvents): void
}

/**
 * Makes the method for a client: all of its requests to one payee are paid on one virtual channel, by the spending rules of whoever pays.
 *
 * @example
 * ```ts
 * const sluice = createClientMethod(client, { maxAmount: 10n ** 15n })
 * const mppx = Mppx.create({ methods: [sluice.method], polyfill: false })
 * sluice.observe(mppx)
 * const response = await mppx.fetch('https://shop.example/weather')
 * ```
 */
export function createClientMethod(source: PaymentSource, options: ClientMethodOptions = {}): SessionClient {
  const open = new Map<string, SignedPayment>()
  return {
    method: clientMethod(source, options, (credential, payment) => remember(open, credential, payment)),
    observe(mppx) {
      mppx.onPaymentResponse(({ credential, response }) => {
        const payment = open.get(credential)
        open.delete(credential)
        if (payment !== undefined) settle(payment, response)
      })
    },
  }
}

/** Most payments whose receipts are waited for. */
const MAX_OPEN = 4096

function remember(open: Map<string, SignedPayment>, credential: string, payment: SignedPayment): void {
  open.set(credential, payment)
  const [oldest] = open.keys()
  if (open.size > MAX_OPEN && oldest !== undefined) open.delete(oldest)
}

function clientMethod(
  source: PaymentSource,
  { maxAmount, isLocal = false }: ClientMethodOptions,
  made: (credential: string, payment: SignedPayment) => void,
) {
  return Method.toClient(session, {
    async createCredential({ challenge }) {
      const { amount, currency, recipient, methodDetails = {} } = challenge.request
      const payment = await source.pay({
        offer: { scheme: session.name, amount, asset: currency, payTo: recipient, ...methodDetails },
        origin: challenge.realm,
        isLocal,
        ...(maxAmount !== undefined && { maxAmount }),
      })
      const { payload } = payment
      const credential = Credential.serialize(Credential.from({ challenge, payload: { tab: { ...payload.tab } } }))
      made(credential, payment)
      return credential
    },
  })
}

function settle(payment: SignedPayment, response: Response): void {
  if (response.status === 402) payment.refused()
  else payment.settle(settlementIn(response))
}

/** What the receipt says of the tab. */
function settlementIn(response: Response): unknown {
  try {
    return (Receipt.fromResponse(response) as { readonly settlement?: unknown }).settlement
  } catch {
    // An answer without a receipt that can be read says nothing.
    return undefined
  }
}
