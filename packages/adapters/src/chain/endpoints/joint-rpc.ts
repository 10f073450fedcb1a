import type { Clock } from '@sluice/engine'
import { numberToHex } from 'viem'
import { clientOf, type Rpc } from '../rpc/rpc.ts'
import type { Question } from '../rpc/wires.ts'
import { Counts } from './counts.ts'
import { Panel } from './panel.ts'

/**
 * Asks several endpoints as one, for what is sent. None of them can keep a transaction back: it is sent by all, found where any shows it, and
 * what stands in its way counts only where all say so. None that is silent holds up the others.
 *
 * @param order Those to ask, the best first.
 */
export function jointRpc(rpcs: readonly [Rpc, ...Rpc[]], order: () => readonly Rpc[], clock: Clock): Rpc {
  const panel = new Panel(order, clock)
  const counts = new Counts()

  /** One of the numbers that they say. */
  const number = async (question: Question, choose: (numbers: readonly bigint[]) => bigint | undefined) => {
    const answers = await panel.all(question)
    const chosen = choose(answers.flatMap(quantityOf))
    return chosen === undefined ? answers[0] : numberToHex(chosen)
  }

  const count = async (question: Question): Promise<unknown> => {
    const [account = '', block = 'latest'] = question.params as readonly string[]
    // Of a block that stays, one that is slow may know better than one that lies.
    const answers = await panel.all(question, block.startsWith('0x') ? 'settled' : 'soon')
    const found = answers.flatMap(quantityOf)
    return found.length === 0 ? answers[0] : numberToHex(counts.choose([account, block], found))
  }

  /** The best one's newest block, with the least base fee that any shows: more would make a call too dear to be sent. */
  const newestBlock = async (question: Question): Promise<unknown> => {
    const blocks = (await panel.all(question)).filter(isBlock)
    const fee = least(blocks.flatMap(({ baseFeePerGas }) => quantityOf(baseFeePerGas)))
    const [best] = blocks
    return fee === undefined ? (best ?? null) : { ...best, baseFeePerGas: numberToHex(fee) }
  }

  const ask = (question: Question): Promise<unknown> => {
    switch (question.method) {
      case 'eth_sendRawTransaction':
        counts.sent()
        return panel.any(question, rpcs)
      case 'eth_getTransactionCount':
        return count(question)
      case 'eth_getBalance':
        return number(question, most)
      case 'eth_maxPriorityFeePerGas':
      case 'eth_gasPrice':
        return number(question, least)
      case 'eth_estimateGas':
        return number(question, median)
      case 'eth_getTransactionReceipt':
      case 'eth_getTransactionByHash':
        return panel.first(question, (answer) => answer !== null)
      case 'eth_getBlockByNumber':
        return isOfNewest(question) ? newestBlock(question) : panel.first(question)
      default:
        return panel.first(question)
    }
  }

  return {
    url: rpcs[0].url,
    client: clientOf(ask),
    reset: async () => void (await Promise.all(rpcs.map((rpc) => rpc.reset()))),
    close: async () => void (await Promise.all(rpcs.map((rpc) => rpc.close()))),
  }
}

const isOfNewest = ({ params }: Question): boolean => Array.isArray(params) && params[0] === 'latest'

const isBlock = (answer: unknown): answer is { readonly baseFeePerGas?: unknown } =>
  typeof answer === 'object' && answer !== null

/** A number as JSON-RPC writes it; none where it is something else. */
const quantityOf = (value: unknown): readonly bigint[] =>
  typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value) ? [BigInt(value)] : []

const ascending = (numbers: readonly bigint[]): readonly bigint[] => numbers.toSorted((a, b) => (a < b ? -1 : 1))
const least = (numbers: readonly bigint[]): bigint | undefined => ascending(numbers)[0]
const most = (numbers: readonly bigint[]): bigint | undefined => ascending(numbers).at(-1)
/** Of an even number the larger of the two in the middle. */
const median = (numbers: readonly bigint[]): bigint | undefined => ascending(numbers)[Math.floor(numbers.length / 2)]
