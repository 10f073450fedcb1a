import type { Hex } from '@sluice/protocol'
import { Failure, quantity, type RawBlock, type RawLog, type Source } from './wire.ts'

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** How many questions to put into one request. */
const AT_ONCE = 100

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return answer.json()
}

function resultOf({ result, error }: Answer): unknown {
  if (error !== undefined) throw new Failure(error.code, error.message, { data: error.data })
  return result
}

/** An honest node, such as anvil. */
export function nodeSource(url: string): Source {
  let count = 0
  const question = (method: string, params: readonly unknown[]) => ({ jsonrpc: '2.0', id: ++count, method, params })
  const ask = async (method: string, params: readonly unknown[]): Promise<unknown> =>
    resultOf((await post(url, question(method, params))) as Answer)
  return {
    ask,
    async head() {
      const { number, hash } = (await ask('eth_getBlockByNumber', ['latest', false])) as RawBlock
      return { index: Number(number), hash }
    },
    async blocks(from, to) {
      const found: RawBlock[] = []
      for (let first = from; first <= to; first += AT_ONCE) {
        const length = Math.min(AT_ONCE, to - first + 1)
        const asked = Array.from({ length }, (_, i) => question('eth_getBlockByNumber', [quantity(first + i), false]))
        const answers = (await post(url, asked)) as Answer[]
        found.push(...answers.sort((a, b) => a.id - b.id).map((answer) => resultOf(answer) as RawBlock))
      }
      return found
    },
    logs: async (blockHash: Hex, address) => (await ask('eth_getLogs', [{ blockHash, address }])) as readonly RawLog[],
  }
}
