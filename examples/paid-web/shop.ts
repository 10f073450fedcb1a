import { setTimeout as pause } from 'node:timers/promises'
import { createSeller, type FetchHandler, type PaidHandler, streamOf, type TabPayee } from '@sluice/http/sell'
import { NATIVE_TOKEN } from '@sluice/protocol'

/** What things cost, base units. */
export const CALL = 1_000_000_000n
export const SECOND = 2_000_000_000n
export const TOKEN = 100_000_000n

const WORDS = 'a channel is money that two hold together and a tab pays for many requests of one seller'.split(' ')

/** A film of so many seconds, ten pieces in each, as fast as it is seen. */
async function* play(seconds: number) {
  for (let piece = 0; piece < 10 * seconds; piece++) {
    yield new Uint8Array(10_000).fill(piece)
    await pause(100)
  }
}

/** An answer, a token at a time; each is counted before it is said. */
async function* say(tokens: number, count: (unit: string) => Promise<void>) {
  for (let i = 0; i < tokens; i++) {
    await count('token')
    yield `${WORDS[i % WORDS.length]} `
  }
}

const answer: PaidHandler = (request, call) => {
  const { pathname, searchParams } = new URL(request.url)
  const number = (name: string) => Math.min(10_000, Number(searchParams.get(name) ?? 1))
  if (pathname === '/square') return Response.json({ square: number('of') ** 2 })
  if (pathname === '/film') return new Response(streamOf(play(number('seconds'))))
  return new Response(streamOf(say(number('tokens'), (unit) => call.count(unit))))
}

/** All three, for whoever is paid. A buyer owes ten tokens or five seconds at most. */
export function createShop(payee: TabPayee): FetchHandler {
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 10n * CALL })
  return seller.paid(answer, [
    { path: '/square', cost: { price: [{ unit: 'call', amount: CALL }] } },
    { path: '/film', cost: { price: [{ unit: 'second', amount: SECOND }] } },
    { path: '/model', cost: { price: [{ unit: 'token', amount: TOKEN }] } },
  ])
}
