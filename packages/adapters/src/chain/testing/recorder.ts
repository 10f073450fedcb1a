import type { ChainBlock, ChainEvent, ChainHandler } from '@sluice/engine'

/** Keeps the chain's story as a party would know it, and wakes whoever waits for a part of it. */
export class ChainRecorder implements ChainHandler {
  blocks: ChainBlock[] = []
  readonly told: string[] = []
  doubted: (Error & { readonly code?: string }) | undefined
  finalNumber = -1n
  problem: (Error & { readonly code?: string }) | undefined
  readonly #waiting = new Set<() => void>()

  get events(): ChainEvent[] {
    return this.blocks.flatMap(({ events }) => events)
  }

  get newest(): bigint {
    return this.blocks.at(-1)?.number ?? -1n
  }

  block(block: ChainBlock): void {
    if (block.number <= this.newest) throw new Error(`block ${block.number} after ${this.newest}`)
    this.blocks.push(block)
    this.#tell(`block ${block.number}`)
  }

  rolledBack(to: bigint): void {
    if (to < this.finalNumber) throw new Error(`back to ${to}, below final ${this.finalNumber}`)
    this.blocks = this.blocks.filter(({ number }) => number <= to)
    this.#tell(`rolledBack ${to}`)
  }

  final(number: bigint): void {
    if (number <= this.finalNumber || number > this.newest) throw new Error(`final ${number}, newest ${this.newest}`)
    this.finalNumber = number
    this.#tell(`final ${number}`)
  }

  health(problem: Error | undefined): void {
    this.problem = problem
    this.#tell(`health ${this.problem?.code ?? 'good'}`)
  }

  doubt(reason: Error | undefined): void {
    this.doubted = reason
    this.#tell(reason === undefined ? 'agreed' : 'doubted')
  }

  /** Resolves once the condition holds; looked at after each piece of news. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  event<Type extends ChainEvent['type']>(type: Type): Promise<ChainEvent & { readonly type: Type }> {
    const find = () => this.events.findLast((event) => event.type === type)
    return this.until(() => find() !== undefined).then(() => find() as ChainEvent & { readonly type: Type })
  }

  #tell(news: string): void {
    this.told.push(news)
    for (const check of [...this.#waiting]) check()
  }
}
