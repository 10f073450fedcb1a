import { kindOf } from '../rpc/failures.ts'
import { clientOf, type Rpc } from '../rpc/rpc.ts'
import type { Question } from '../rpc/wires.ts'

/** How far the counts of an account's transactions may lie apart and still both be believed. */
const COUNTS_APART = 64n

/**
 * Asks several endpoints as one, for what is sent. None of them can keep a transaction back: it is sent by all, estimated by whoever says that it
 * goes through, and found where any shows it.
 *
 * @param order Those to ask, the best first.
 */
export function jointRpc(rpcs: readonly [Rpc, ...Rpc[]], order: () => readonly Rpc[]): Rpc {
  const askAt = (rpc: Rpc, { method, params }: Question): Promise<unknown> =>
    rpc.client.request({ method, params } as never)

  /** The first answer that will do; of failures, what the endpoints say before that they do not answer. */
  const first = async (question: Question, willDo: (answer: unknown) => boolean): Promise<unknown> => {
    const failures: unknown[] = []
    let answer: unknown
    let isAnswered = false
    for (const rpc of order()) {
      try {
        answer = await askAt(rpc, question)
        if (willDo(answer)) return answer
        isAnswered = true
      } catch (failure) {
        failures.push(failure)
      }
    }
    if (isAnswered) return answer
    throw failures.find((failure) => kindOf(failure) === 'refused') ?? failures[0] ?? new Error('no endpoint answers')
  }

  const send = async (question: Question): Promise<unknown> => {
    try {
      return await Promise.any(rpcs.map((rpc) => askAt(rpc, question)))
    } catch (failed) {
      const failures: readonly unknown[] = failed instanceof AggregateError ? failed.errors : [failed]
      throw failures.find((failure) => kindOf(failure) === 'refused') ?? failures[0]
    }
  }

  /** The least that any says of what is included; of what waits the most, unless it lies beyond belief. */
  const count = async (question: Question): Promise<unknown> => {
    const answers = await Promise.allSettled(order().map((rpc) => askAt(rpc, question)))
    const counts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [BigInt(answer.value as string)] : []))
    const sorted = counts.sort((a, b) => (a < b ? -1 : 1))
    const [least] = sorted
    if (least === undefined) return first(question, () => true)
    const isPending = Array.isArray(question.params) && question.params[1] === 'pending'
    const chosen = isPending ? (sorted.findLast((one) => one - least <= COUNTS_APART) ?? least) : least
    return `0x${chosen.toString(16)}`
  }

  const ask = (question: Question): Promise<unknown> => {
    switch (question.method) {
      case 'eth_sendRawTransaction':
        return send(question)
      case 'eth_getTransactionCount':
        return count(question)
      case 'eth_getTransactionReceipt':
      case 'eth_getTransactionByHash':
        return first(question, (answer) => answer !== null)
      default:
        return first(question, () => true)
    }
  }

  return {
    url: rpcs[0].url,
    client: clientOf(ask),
    reset: async () => void (await Promise.all(rpcs.map((rpc) => rpc.reset()))),
    close: async () => void (await Promise.all(rpcs.map((rpc) => rpc.close()))),
  }
}
