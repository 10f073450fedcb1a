import type { ChainBlock, ChainHandler } from '@sluice/engine'
import { ChainError } from '../errors.ts'

/** What one endpoint says of the chain, above what is final for all. */
export class Voice {
  readonly url: string
  /** Takes what it says. */
  readonly handler: ChainHandler
  readonly #onNews: () => void
  /** Oldest first. */
  #blocks: readonly ChainBlock[] = []
  /** Number of the newest block that it showed. */
  #newest = 0n
  #final = 0n
  /** What is final for all is of no interest. */
  #floor = -1n
  /** Why it does not answer; before its first word it does not either. */
  #problem: Error | undefined = new Error('it was not heard yet')

  constructor(url: string, onNews: () => void) {
    this.url = url
    this.#onNews = onNews
    this.handler = {
      block: (block) => this.#block(block),
      rolledBack: (to) => this.#rolledBack(to),
      final: (number) => this.#makeFinal(number),
      health: (problem) => this.heard(problem),
    }
  }

  get blocks(): readonly ChainBlock[] {
    return this.#blocks
  }

  get newest(): bigint {
    return this.#newest
  }

  get final(): bigint {
    return this.#final
  }

  get problem(): Error | undefined {
    return this.#problem
  }

  get isAnswering(): boolean {
    return this.#problem === undefined
  }

  /** Whether it shows another block than one that it called final. */
  get isBroken(): boolean {
    return this.#problem instanceof ChainError && this.#problem.code === 'CHAIN_FINALITY_BROKEN'
  }

  /** Whether it has read the chain up to this height. */
  hasRead(number: bigint): boolean {
    return this.isAnswering && this.#newest >= number
  }

  #block(block: ChainBlock): void {
    if (block.number > this.#floor) this.#blocks = [...this.#blocks, block]
    this.#newest = block.number
    this.#onNews()
  }

  #rolledBack(to: bigint): void {
    this.#blocks = this.#blocks.filter(({ number }) => number <= to)
    this.#newest = to
    this.#onNews()
  }

  /** It is final for this one. What it said is kept until it is for all. */
  #makeFinal(number: bigint): void {
    this.#final = number
    this.#onNews()
  }

  /** It answers, or why it does not. */
  heard(problem: Error | undefined): void {
    this.#problem = problem
    this.#onNews()
  }

  /** It is read from a block on that is final for all. */
  begin(from: bigint): void {
    this.#newest = from
    this.#final = from
    this.#floor = from
  }

  /** Forgets what is final for all. */
  forget(number: bigint): void {
    this.#floor = number
    this.#blocks = this.#blocks.filter((block) => block.number > number)
  }
}
