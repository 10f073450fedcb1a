import type { Hex } from '@sluice/protocol'
import { keccak256, toHex } from 'viem'
import type { Switches } from './switches.ts'
import { quantity, type RawBlock, type Source } from './wire.ts'

/** A block as the endpoint shows it. */
export interface ShownBlock {
  /** How many blocks it lies on. */
  readonly index: number
  readonly height: number
  readonly raw: RawBlock
  /** Whether the endpoint made it up. */
  readonly isOwn: boolean
}

/** What a block has by chance: the same for a seed and a hash, whenever it is asked. From 0 up to but not including 1. */
export function chanceOf(seed: number, hash: Hex, of: string): number {
  return Number.parseInt(keccak256(toHex(`${seed}/${hash}/${of}`)).slice(2, 10), 16) / 2 ** 32
}

/** The chain as an endpoint shows it: heights that leave some out, blocks that it does not know yet, blocks of its own. */
export class View {
  readonly #source: Source
  readonly #switches: Switches
  readonly #seed: number
  #blocks: readonly ShownBlock[] = []
  /** Every block ever seen, those that were undone too. */
  readonly #byHash = new Map<Hex, ShownBlock>()
  #synced: Promise<unknown> = Promise.resolve()

  constructor(source: Source, switches: Switches, seed: number) {
    this.#source = source
    this.#switches = switches
    this.#seed = seed
  }

  /** The blocks that it shows at the moment, oldest first. */
  async blocks(): Promise<readonly ShownBlock[]> {
    const synced = this.#synced.then(() => this.#sync())
    this.#synced = synced.catch(() => {})
    await synced
    return this.#shown()
  }

  byHash(hash: Hex): ShownBlock | undefined {
    return this.#byHash.get(hash)
  }

  async #sync(): Promise<void> {
    const head = await this.#source.head()
    if (this.#blocks.length === head.index + 1 && this.#blocks.at(-1)?.raw.hash === head.hash) return
    const stay = await this.#standing(Math.min(this.#blocks.length, head.index + 1))
    const kept = this.#blocks.slice(0, stay)
    for (const raw of await this.#source.blocks(stay, head.index)) kept.push(this.#shownOf(raw, kept.at(-1)))
    this.#blocks = kept
  }

  /** How many of the blocks that were seen are still in the chain. */
  async #standing(most: number): Promise<number> {
    for (let stay = most; stay > 0; stay -= 1) {
      const [now] = await this.#source.blocks(stay - 1, stay - 1)
      if (now?.hash === this.#blocks[stay - 1]?.raw.hash) return stay
    }
    return 0
  }

  #shownOf(raw: RawBlock, parent: ShownBlock | undefined): ShownBlock {
    const known = this.#byHash.get(raw.hash)
    if (known !== undefined) return known
    const index = parent === undefined ? 0 : parent.index + 1
    const shown = { index, height: this.#heightOf(raw, parent), raw, isOwn: false }
    return this.#remember(shown)
  }

  /** Numbers that lie apart already, as a scripted chain's, stay so. */
  #heightOf(raw: RawBlock, parent: ShownBlock | undefined): number {
    if (parent === undefined) return Number(raw.number)
    let height = parent.height + Number(raw.number) - Number(parent.raw.number)
    for (let round = 0; chanceOf(this.#seed, raw.hash, `null/${round}`) < this.#switches.nullRounds; round++)
      height += 1
    return height
  }

  #remember(shown: ShownBlock): ShownBlock {
    this.#byHash.set(shown.raw.hash, shown)
    return shown
  }

  #shown(): readonly ShownBlock[] {
    const { lag, forkAbove } = this.#switches
    const known = lag === 0 ? this.#blocks : this.#blocks.slice(0, Math.max(1, this.#blocks.length - lag))
    return forkAbove === undefined ? known : this.#forked(known, forkAbove)
  }

  /** Blocks of its own for those above. */
  #forked(known: readonly ShownBlock[], above: number): readonly ShownBlock[] {
    const shown = known.slice(0, above + 1)
    for (const { index, height, raw } of known.slice(above + 1)) {
      const parentHash = shown.at(-1)?.raw.hash ?? raw.parentHash
      const hash = keccak256(toHex(`${this.#seed}/${parentHash}/fork`))
      const timestamp = quantity(Number(raw.timestamp) + this.#switches.forkAhead)
      shown.push(this.#remember({ index, height, raw: { ...raw, hash, parentHash, timestamp }, isOwn: true }))
    }
    return shown
  }
}
