import type { Log as EngineLog } from '@sluice/engine'
import type { Hex } from '@sluice/protocol'
import type { Log } from 'viem'
import { isUnknownBlock } from '../rpc/failures.ts'
import type { Blocks, Header } from './blocks.ts'
import type { LogRanges } from './log-ranges.ts'
import { joinedLogs, type Story, type ToldBlock } from './story.ts'

/** Looks in a row after which a block that is not the chain's holds up nothing any more. */
const FOREIGN_LOOKS = 3

export interface RereadingOptions {
  readonly blocks: Blocks
  readonly ranges: LogRanges
  readonly story: Story
  readonly log?: EngineLog
}

/** Logs by block, oldest first. */
export function byBlock(logs: readonly Log[]): ReadonlyMap<Hex, readonly Log[]> {
  const blocks = new Map<Hex, Log[]>()
  for (const log of logs) {
    if (log.blockHash === null) continue
    const known = blocks.get(log.blockHash)
    if (known === undefined) blocks.set(log.blockHash, [log])
    else known.push(log)
  }
  return blocks
}

/**
 * Reads blocks that were told a second time, and compares. A node behind a load balancer may not have had their logs yet, and to say
 * nothing of a close is to hide it for ever.
 */
export class Rereading {
  readonly #options: RereadingOptions
  /** Blocks of which logs were read, and that were not the chain's when it was asked. */
  readonly #strangers = new Map<Hex, { readonly number: bigint; readonly looks: number }>()

  constructor(options: RereadingOptions) {
    this.#options = options
  }

  /** Whether these blocks are now told as the chain has them. If not, the next look finds out more. */
  async over(from: bigint, to: bigint): Promise<boolean> {
    const { ranges } = this.#options
    try {
      return await this.#compare(from, to, byBlock(await ranges.all(from, to)))
    } catch (cause) {
      // Another node of the same address answers, and does not have these blocks yet.
      if (isUnknownBlock(cause)) return false
      throw cause
    }
  }

  async #compare(from: bigint, to: bigint, read: ReadonlyMap<Hex, readonly Log[]>): Promise<boolean> {
    const { story } = this.#options
    const told = story.blocks.filter(({ number }) => number >= from && number <= to && number > story.final)
    for (const block of told) {
      if ((read.get(block.hash)?.length ?? 0) < block.logs.length && !(await this.#stands(block))) return false
    }
    const added: ToldBlock[] = []
    for (const [hash, logs] of read) {
      if (told.some((block) => block.hash === hash)) continue
      const found = await this.#missed(hash, logs)
      if (found === 'unclear') return false
      if (found !== 'foreign') added.push({ ...found, logs })
    }
    const known = told.map((block) => ({ ...block, logs: joinedLogs(block.logs, read.get(block.hash) ?? []) }))
    this.#retell([...known, ...added])
    return true
  }

  /** Whether the chain still has a told block of which less was read. If not, it is taken back. */
  async #stands({ number, hash }: ToldBlock): Promise<boolean> {
    const { blocks, story, log } = this.#options
    const now = await blocks.at(number)
    if (now?.hash === hash) {
      log?.warn('chain.logsLeftOut', { block: number })
      return true
    }
    story.takeBack(story.blocks.findIndex((block) => block.hash === hash))
    return false
  }

  /**
   * The block that was not told, and of which logs were read: if it is the chain's. An index may hold logs of blocks that were undone. One that
   * is not the chain's at some looks in a row is `foreign`; until then another node of the same address may know more.
   */
  async #missed(hash: Hex, [first]: readonly Log[]): Promise<Header | 'unclear' | 'foreign'> {
    const { blocks, story } = this.#options
    const number = first?.blockNumber ?? 0n
    const found = await blocks.look(number)
    const told = story.blocks.findIndex((block) => block.number === number && number > story.final)
    if (typeof found !== 'string' && found.hash === hash) {
      this.#strangers.delete(hash)
      if (told === -1) return found
      story.takeBack(told)
      return 'unclear'
    }
    const isElsewhere =
      found === 'unknown' || (told !== -1 && (found === 'none' || found.hash !== story.blocks[told]?.hash))
    return isElsewhere ? 'unclear' : this.#looked(hash, number)
  }

  /** A block was not the chain's at this look. */
  #looked(hash: Hex, number: bigint): 'unclear' | 'foreign' {
    const { story, log } = this.#options
    for (const [other, stranger] of this.#strangers) if (stranger.number <= story.final) this.#strangers.delete(other)
    const looks = (this.#strangers.get(hash)?.looks ?? 0) + 1
    this.#strangers.set(hash, { number, looks })
    if (looks < FOREIGN_LOOKS) return 'unclear'
    if (looks === FOREIGN_LOOKS) log?.warn('chain.logsForeign', { block: number, hash })
    return 'foreign'
  }

  /** Tells the story anew from the first block on of which more is known than was told. */
  #retell(known: readonly ToldBlock[]): void {
    const { story, log } = this.#options
    const byHash = new Map(known.map((block) => [block.hash, block]))
    const before = new Map(story.blocks.map((block) => [block.hash, block]))
    const changed = known.filter(({ hash, logs }) => logs.length > (before.get(hash)?.logs.length ?? 0))
    const first = changed.map(({ number }) => number).sort((a, b) => (a < b ? -1 : 1))[0]
    if (first === undefined) return
    log?.info('chain.logsLate', { block: first, logs: changed.length })
    const stay = story.blocks.findIndex(({ number }) => number >= first)
    const gone = stay === -1 ? [] : story.blocks.slice(stay)
    const fresh = known.filter(({ hash, number }) => !before.has(hash) && number >= first)
    const again = [...gone.map((block) => byHash.get(block.hash) ?? block), ...fresh]
    story.retell(
      stay === -1 ? story.blocks.length : stay,
      again.sort((a, b) => (a.number < b.number ? -1 : 1)),
    )
  }
}
