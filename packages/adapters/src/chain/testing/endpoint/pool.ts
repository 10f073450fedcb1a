import type { SeededRandom } from '@sluice/engine/testing'
import type { Hex } from '@sluice/protocol'
import { keccak256, parseTransaction, recoverTransactionAddress, type TransactionSerialized } from 'viem'
import type { Switches } from './switches.ts'
import { Failure, type Source } from './wire.ts'

interface Waiting {
  readonly from: Hex
  readonly nonce: number
  readonly priority: bigint
}

/** Takes transactions as an endpoint's pool does: not every one, and not always as it says. */
export class Pool {
  readonly #source: Source
  readonly #switches: Switches
  readonly #random: SeededRandom
  readonly #waiting = new Map<string, Waiting>()

  constructor(source: Source, switches: Switches, random: SeededRandom) {
    this.#source = source
    this.#switches = switches
    this.#random = random
  }

  async send(raw: Hex): Promise<unknown> {
    const { loses, deniesTaken } = this.#switches
    const sent = await this.#judge(raw)
    if (this.#random.chance(loses)) return keccak256(raw)
    const hash = await this.#source.ask('eth_sendRawTransaction', [raw])
    this.#waiting.set(`${sent.from}/${sent.nonce}`, sent)
    if (this.#random.chance(deniesTaken)) throw new Failure(1, 'mpool push: context deadline exceeded')
    return hash
  }

  /** @throws Failure what Lotus says of a transaction that it does not take. */
  async #judge(raw: Hex): Promise<Waiting> {
    const { bytesMax, pendingMax, priorityMin, replacementPercent } = this.#switches
    if ((raw.length - 2) / 2 > bytesMax) throw new Failure(1, 'mpool push: message too big')
    const { nonce = 0, maxPriorityFeePerGas: priority = 0n } = parseTransaction(raw)
    const from = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized })
    if (priority < priorityMin) throw new Failure(-32000, 'transaction underpriced')
    const included = Number(await this.#source.ask('eth_getTransactionCount', [from, 'latest']))
    const before = this.#waiting.get(`${from}/${nonce}`)
    if (nonce < included) throw new Failure(1, `mpool push: message nonce too low (${nonce} < ${included})`)
    if (before !== undefined && priority !== before.priority) {
      const least = before.priority + (before.priority * BigInt(replacementPercent)) / 100n
      if (priority < least) throw new Failure(1, 'mpool push: replace by fee has too low GasPremium')
    }
    if (nonce - included >= pendingMax) throw new Failure(1, 'mpool push: too many pending messages for actor')
    return { from, nonce, priority }
  }
}
