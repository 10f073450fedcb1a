import type { Log as EngineLog } from '@sluice/engine'
import type { Hex } from '@sluice/protocol'
import type { Log } from 'viem'
import { isUnknownBlock } from '../rpc/failures.ts'
import type { Blocks } from './blocks.ts'
import type { LogRanges } from './log-ranges.ts'
import { joinedLogs, type Story, type ToldBlock } from './story.ts'

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
    const short = told.filter(({ hash, logs }) => (read.get(hash)?.length ?? 0) < logs.length)
    const missed = [...read].filter(([hash]) => !told.some((block) => block.hash === hash))
    if (short.length + missed.length > 0 && !(await this.#stand(short, missed))) return false
    const added = await this.#found(missed)
    const known = told.map((block) => ({ ...block, logs: joinedLogs(block.logs, read.get(block.hash) ?? []) }))
    this.#retell([...known, ...added])
    return true
  }

  /** Whether the chain still has the told blocks of which less was read, and those of others that were read are its own. */
  async #stand(short: readonly ToldBlock[], missed: readonly (readonly [Hex, readonly Log[]])[]): Promise<boolean> {
    const { blocks, story, log } = this.#options
    for (const block of short) {
      const now = await blocks.at(block.number)
      if (now?.hash !== block.hash) {
        story.takeBack(story.blocks.findIndex(({ hash }) => hash === block.hash))
        return false
      }
      log?.warn('chain.logsLeftOut', { block: block.number })
    }
    for (const [hash, [first]] of missed) {
      const number = first?.blockNumber ?? 0n
      if ((await blocks.at(number))?.hash !== hash) return false
      const instead = story.blocks.findIndex((block) => block.number === number && number > story.final)
      if (instead === -1) continue
      story.takeBack(instead)
      return false
    }
    return true
  }

  async #found(missed: readonly (readonly [Hex, readonly Log[]])[]): Promise<readonly ToldBlock[]> {
    const { blocks } = this.#options
    return Promise.all(missed.map(async ([hash, logs]) => ({ ...(await blocks.byHash(hash)), logs })))
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
