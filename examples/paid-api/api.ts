import { createGate, type Handler, jsonReply, type Payee, type Resource } from '@sluice/http'
import { NATIVE_TOKEN } from '@sluice/protocol'

/** What a call costs, base units: one nanoFIL. */
export const PRICE = 1_000_000_000n

/** Bytes of every answer. All are as long, so all cost the same, and nothing has to be computed before the price can be told. */
const LENGTH = 160

function factorize(number: number): number[] {
  const factors: number[] = []
  let rest = number
  for (let factor = 2; factor * factor <= rest; factor += factor === 2 ? 1 : 2) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor)
  }
  return rest > 1 ? [...factors, rest] : factors
}

/** The prime factors of a number, as what a gate sells: it is read once somebody pays. */
function answer(number: number): Resource {
  return {
    key: `/factors/${number}`,
    etag: '"1"',
    length: LENGTH,
    type: 'application/json',
    async *read(start, end) {
      const json = JSON.stringify({ number, factors: factorize(number) })
      yield new TextEncoder().encode(`${json.padEnd(LENGTH - 1)}\n`).subarray(start, end)
    },
  }
}

/** The API: `/factors/<number>` for the price of a call, by whatever way the payee is paid. */
export function createApi(payee: Payee): Handler {
  const price = { amount: PRICE, per: BigInt(LENGTH) }
  const gate = createGate({ payee, price, asset: NATIVE_TOKEN, window: LENGTH })
  return async (request) => {
    const [, digits] = /^\/factors\/([1-9]\d{0,11})$/.exec(new URL(request.url).pathname) ?? []
    if (digits === undefined) return jsonReply(404, { message: 'ask for /factors/<number of at most 12 digits>' })
    return gate.serve(request, answer(Number(digits)))
  }
}
