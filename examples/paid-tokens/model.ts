import { createSeller, type FetchHandler, type PaidHandler, streamOf, type TabPayee } from '@sluice/http/sell'
import { NATIVE_TOKEN } from '@sluice/protocol'

/** What an answer costs, base units: a nanoFIL, and a tenth of one for each token. */
export const CALL = 1_000_000_000n
export const TOKEN = 100_000_000n

/** What the model has read. A real one would be asked over its own API here, and its tokens counted as they come. */
const READ = `a channel is money that two hold together and a voucher is a signature under what was paid and a hub is
who has channels with many and a tab is a channel that pays for many requests and money that was paid stays paid`.split(
  /\s+/,
)

/** Says a word, and then one that it has read after it, for as long as it is listened to. */
function* say(seed: number): Generator<string> {
  let [word = '', state] = ['a', seed]
  for (;;) {
    yield word
    const nexts = READ.flatMap((read, i) => (read === word && READ[i + 1] !== undefined ? [READ[i + 1] ?? ''] : []))
    state = (state * 48_271) % 2_147_483_647
    word = nexts[state % nexts.length] ?? 'a'
  }
}

/** The answer to a prompt, as events: a token each, and each counted before it is made. */
const answer: PaidHandler = async (request, call) => {
  const { prompt = '', tokens = 100 } = (await request.json()) as { prompt?: string; tokens?: number }
  async function* events() {
    const words = say(prompt.length + 1)
    for (let i = 0; i < tokens; i++) {
      await call.count('token')
      yield `data: ${JSON.stringify({ token: words.next().value })}\n\n`
    }
    yield 'data: [DONE]\n\n'
  }
  return new Response(streamOf(events()), { headers: { 'Content-Type': 'text/event-stream' } })
}

/** The model, paid for by whatever way the payee is paid. It is never more than 20 tokens ahead of what was paid. */
export function createModel(payee: TabPayee): FetchHandler {
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: CALL + 20n * TOKEN })
  const price = [
    { unit: 'call', amount: CALL },
    { unit: 'token', amount: TOKEN },
  ]
  return seller.paid(answer, [{ method: 'POST', path: '/v1/complete', cost: { price } }])
}
