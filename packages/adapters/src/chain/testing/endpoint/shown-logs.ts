import type { Hex } from '@sluice/protocol'
import { rangeRefusals } from './refusals.ts'
import type { Switches } from './switches.ts'
import { chanceOf, type ShownBlock, type View } from './view.ts'
import { Failure, quantity, type RawLog, type Source } from './wire.ts'

interface LogFilter {
  readonly address?: unknown
  readonly blockHash?: Hex
  readonly fromBlock?: Hex | 'latest'
  readonly toBlock?: Hex | 'latest'
}

/** Answers for logs: ranges that are too wide, logs that come late or never, and some that nobody made. */
export class ShownLogs {
  readonly #source: Source
  readonly #view: View
  readonly #switches: Switches
  readonly #seed: number

  constructor(source: Source, view: View, switches: Switches, seed: number) {
    this.#source = source
    this.#view = view
    this.#switches = switches
    this.#seed = seed
  }

  async answer({ address, blockHash, fromBlock, toBlock }: LogFilter): Promise<readonly RawLog[]> {
    const blocks = await this.#view.blocks()
    if (blockHash !== undefined) {
      const block = blocks.find(({ raw }) => raw.hash === blockHash)
      if (block === undefined) throw new Failure(1, 'failed to get tipset by cid: ipld: could not find block')
      return this.#logsOf(block, blocks, address)
    }
    const newest = blocks.at(-1)?.height ?? 0
    const height = (of: Hex | 'latest' | undefined) => (of === undefined || of === 'latest' ? newest : Number(of))
    const [from, to] = [height(fromBlock), height(toBlock)]
    const { logRange: limit, logRangeStyle } = this.#switches
    if (to - from + 1 > limit) throw rangeRefusals[logRangeStyle]({ from, to, limit })
    if (to > newest) throw new Failure(1, 'cannot ask for events for a tipset at or greater than head')
    const inside = blocks.filter((block) => block.height >= from && block.height <= to)
    const found = await Promise.all(inside.map((block) => this.#logsOf(block, blocks, address)))
    return found.flat()
  }

  async #logsOf(block: ShownBlock, blocks: readonly ShownBlock[], address: unknown): Promise<readonly RawLog[]> {
    const { hides, invents } = this.#switches
    const invented = invents(block.raw)
    if (this.#isLate(block, blocks.length - 1)) return invented
    const made = block.isOwn ? [] : await this.#source.logs(block.raw.hash, address)
    const blockNumber = quantity(block.height)
    return [...made.filter((log) => !hides(log)).map((log) => ({ ...log, blockNumber })), ...invented]
  }

  #isLate({ index, raw }: ShownBlock, newest: number): boolean {
    const { lateLogs, lateLogsBlocks } = this.#switches
    if (lateLogs === 0 || chanceOf(this.#seed, raw.hash, 'late') >= lateLogs) return false
    return newest - index < 1 + Math.floor(chanceOf(this.#seed, raw.hash, 'by') * lateLogsBlocks)
  }
}
