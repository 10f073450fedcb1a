import type { ChainBlock, ChainHandler, Log } from '@sluice/engine'
import { ChainError } from '../errors.ts'
import type { BlockId } from '../following/blocks.ts'
import { chooseLeader, type Difference, joinVoices } from './joint.ts'
import type { Voice } from './voice.ts'

/** A block as it was told: told anew when what it says changes. */
interface Told extends BlockId {
  readonly mark: string
}

/**
 * Tells an engine what several endpoints say together. A close that any of them shows counts; deposits, all other good news and finality
 * count by all that answer, and by two at least. Where they differ, the engine is told to doubt.
 */
export class Chorus {
  readonly #voices: () => readonly Voice[]
  readonly #handler: ChainHandler
  readonly #log: Log | undefined
  #told: readonly Told[] = []
  #final: bigint
  #finalBlock: BlockId | undefined
  #leader: Voice | undefined
  #doubt = ''
  #fork: bigint | undefined
  #isSilent = false
  #isPlanned = false
  #isOpen = false

  /** @param final The number up to which all was told before. */
  constructor(voices: () => readonly Voice[], handler: ChainHandler, final: bigint, log: Log | undefined) {
    this.#voices = voices
    this.#handler = handler
    this.#final = final
    this.#log = log
  }

  /** The newest block that was told, and is final for all; undefined before there is one. */
  get finalBlock(): BlockId | undefined {
    return this.#finalBlock
  }

  /** What is final for all. */
  get final(): bigint {
    return this.#final
  }

  /** Whether the endpoints differ. */
  get isDoubtful(): boolean {
    return this.#doubt !== ''
  }

  /** The endpoint whose blocks are told. */
  get leader(): Voice | undefined {
    return this.#leader
  }

  /** From now on everything is told. */
  open(): void {
    this.#isOpen = true
    this.#tell()
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isOpen = false
  }

  /** A voice said something. What it says in one breath is told together. */
  note(): void {
    if (this.#isPlanned || !this.#isOpen) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      if (this.#isOpen) this.#tell()
    })
  }

  #tell(): void {
    this.#leader = chooseLeader(this.#voices(), this.#leader)
    this.#tellHealth()
    if (this.#leader === undefined) return
    const { blocks, final, fork, differences } = joinVoices(this.#voices(), this.#leader)
    // Who is read anew shows only the newest of the blocks that hold nothing: where they parted is remembered.
    this.#fork = fork === undefined ? undefined : least(this.#fork ?? fork, fork)
    this.#tellBlocks(blocks)
    this.#tellDoubt(differences)
    if (final !== undefined) this.#tellFinal(this.#fork === undefined ? final : least(final, this.#fork - 1n))
  }

  #tellBlocks(blocks: readonly ChainBlock[]): void {
    const marked = blocks.map((block) => ({ block, mark: markOf(block) }))
    const changed = this.#told.findIndex(({ mark }, i) => marked[i]?.mark !== mark)
    const stay = changed === -1 ? this.#told.length : changed
    if (stay < this.#told.length) {
      this.#told = this.#told.slice(0, stay)
      this.#handler.rolledBack(this.#told.at(-1)?.number ?? this.#final)
    }
    for (const { block, mark } of marked.slice(stay)) {
      this.#told = [...this.#told, { number: block.number, hash: block.hash, mark }]
      this.#handler.block(block)
    }
  }

  #tellFinal(final: bigint): void {
    const newest = this.#told.at(-1)?.number ?? this.#final
    const number = newest < final ? newest : final
    if (number <= this.#final) return
    this.#final = number
    this.#finalBlock = this.#told.findLast((told) => told.number <= number) ?? this.#finalBlock
    this.#told = this.#told.filter((told) => told.number > number)
    for (const voice of this.#voices()) voice.forget(number)
    this.#handler.final(number)
  }

  /** Health is the chain's, not an endpoint's: as long as one answers, there is one to follow. */
  #tellHealth(): void {
    const isSilent = this.#leader === undefined
    if (isSilent === this.#isSilent) return
    this.#isSilent = isSilent
    this.#handler.health(isSilent ? this.#voices()[0]?.problem : undefined)
  }

  #tellDoubt(differences: readonly Difference[]): void {
    const doubt = [...new Set(differences.map(({ url, kind }) => `${kind} ${url}`))].sort().join()
    if (doubt === this.#doubt) return
    this.#doubt = doubt
    const [first] = differences
    if (first === undefined) {
      this.#log?.info('chain.agreed')
      this.#handler.doubt?.(undefined)
      return
    }
    const { url, than, kind, number } = first
    const problem = new ChainError('CHAIN_ENDPOINTS_DISAGREE', { url, leader: than, what: words[kind], number })
    this.#log?.error('chain.disagreed', { code: problem.code, reason: problem.message })
    this.#handler.doubt?.(problem)
  }
}

const words: Readonly<Record<Difference['kind'], string>> = {
  events: 'other events',
  fork: 'other blocks',
  behind: 'fewer blocks',
  unfinal: 'fewer final blocks',
}

const markOf = ({ hash, events }: ChainBlock): string =>
  `${hash}${JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`

function least(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}
