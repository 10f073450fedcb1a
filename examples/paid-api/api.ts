import { createSeller, type FetchHandler, type TabPayee } from '@sluice/http/sell'
import { NATIVE_TOKEN } from '@sluice/protocol'

/** What a call costs, base units: one nanoFIL. */
export const PRICE = 1_000_000_000n

function factorize(number: number): number[] {
  const factors: number[] = []
  let rest = number
  for (let factor = 2; factor * factor <= rest; factor += factor === 2 ? 1 : 2) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor)
  }
  return rest > 1 ? [...factors, rest] : factors
}

/** The number that a request asks about. */
function numberIn({ url }: Request): number | undefined {
  const [, digits] = /^\/factors\/([1-9]\d{0,11})$/.exec(new URL(url).pathname) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** The API itself. It knows nothing of payments. */
function answer(request: Request): Response {
  const number = numberIn(request)
  if (number !== undefined) return Response.json({ number, factors: factorize(number) })
  return Response.json({ message: 'ask for /factors/<number of at most 12 digits>' }, { status: 404 })
}

/** The API for the price of a call, by whatever way the payee is paid. What it has no answer to is free. */
export function createApi(payee: TabPayee): FetchHandler {
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 10n * PRICE })
  const price = { price: [{ unit: 'call', amount: PRICE }] }
  return seller.paid(answer, (request) => (numberIn(request) === undefined ? undefined : price))
}
