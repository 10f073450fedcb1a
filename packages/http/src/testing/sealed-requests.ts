import { type Address, bytesToHex, type Hex } from '@sluice/protocol'
import type { OpenedVirtual } from '../ports.ts'
import { decodeTabAnswer, type TabAnswer } from '../tab/wire/answer.ts'
import { tabKey } from '../tab/wire/mac.ts'
import { decodeTabRequired, offerHash, type TabOffer } from '../tab/wire/offer.ts'
import { encodeTabRequest, requestLines, type TabRequest } from '../tab/wire/request.ts'
import { keysOf, type MemoryPayments, PAYEE_SIGNER, PAYER_SIGNER } from './memory-payments.ts'

/** A client of a tab that says what it is told to, honest or not. */
export interface SealedRequests {
  readonly virtual: OpenedVirtual
  readonly offer: TabOffer
  /** A request, sealed as it is unless its seal is given. */
  request(changes?: Partial<TabRequest>, http?: HttpChanges): Request
  ask(changes?: Partial<TabRequest>, http?: HttpChanges): Promise<Asked>
}

export interface HttpChanges {
  readonly method?: string
  readonly url?: string
  readonly body?: string
  readonly mac?: Hex
  readonly signal?: AbortSignal
}

/** An answer, and what it says of the payment. */
export interface Asked {
  readonly response: Response
  readonly answer: TabAnswer | undefined
  readonly code: string | undefined
}

const URL_HERE = 'http://shop.test/a'

/** Asks for the price, and opens a tab that it has to be paid on. */
export async function sealedRequests(
  { payer }: Pick<MemoryPayments, 'payer'>,
  serve: (request: Request) => Promise<Response>,
  { capacity = 10_000n, signer = PAYER_SIGNER }: { readonly capacity?: bigint; readonly signer?: Address } = {},
): Promise<SealedRequests> {
  const demanded = await serve(new Request(URL_HERE))
  const { offers } = decodeTabRequired(demanded.headers.get('PAYMENT-REQUIRED') ?? '')
  const [offer] = offers
  if (offer === undefined) throw new Error('no offer was made')
  const wanted = { payee: PAYEE_SIGNER, payeeAccount: offer.payTo, hubs: offer.hubs, token: offer.asset }
  const virtual = await payer.open({ ...wanted, capacity, first: 1n })
  const keys = keysOf(signer)
  const key = tabKey(keys, offer.key, offer.signer, virtual.virtualId)
  if (key === undefined) throw new Error('no key was agreed on')
  let next = 0
  function request(changes: Partial<TabRequest> = {}, http: HttpChanges = {}): Request {
    const { method = 'GET', url = URL_HERE, body, signal } = http
    next += 1
    const said: TabRequest = {
      virtualId: virtual.virtualId,
      id: `id-${next}`,
      time: 1_000 + next,
      settled: 0,
      epoch: offer?.epoch ?? '',
      price: offer === undefined ? '0x' : offerHash(keys.keccak256, offer),
      limit: 1_000n,
      voucher: { amount: 1n, signature: virtual.first.signature },
      kind: 'call',
      opening: { terms: virtual.terms, key: keys.publicKey },
      ...changes,
    }
    const { pathname, search } = new URL(url)
    const digest = bytesToHex(keys.keccak256(new TextEncoder().encode(body ?? '')))
    const mac = http.mac ?? key?.mac(requestLines({ method, target: pathname + search, digest }, said)) ?? '0x'
    const headers = { 'PAYMENT-SIGNATURE': encodeTabRequest(said, mac) }
    return new Request(url, { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) })
  }
  return {
    virtual,
    offer,
    request,
    async ask(changes, http) {
      const response = await serve(request(changes, http))
      const header = response.headers.get('PAYMENT-RESPONSE')
      const answer = header === null ? undefined : decodeTabAnswer(header)
      return { response, answer, code: answer?.errorReason }
    },
  }
}
