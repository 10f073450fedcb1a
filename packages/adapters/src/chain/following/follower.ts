import type { ChainHandler, Clock, Log as EngineLog, SeenBlock } from '@sluice/engine'
import type { Address, Hex } from '@sluice/protocol'
import { BlockNotFoundError, type Log } from 'viem'
import { ChainError, shownUrl } from '../errors.ts'
import { rpcError } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'
import { Blocks, type Header } from './blocks.ts'
import { type Finality, finalNumber } from './finality.ts'
import { LogRanges } from './log-ranges.ts'
import { byBlock, Rereading } from './rereading.ts'
import { highest, Story } from './story.ts'

/** Blocks below the head that are followed one by one, by their hashes; older ones are read in ranges. */
const LINKED_BLOCKS = 8n
/** Told blocks that are compared with the chain's in one go, where a reorganisation is looked for. */
const COMPARED_BLOCKS = 16
/** Unfinal blocks that are all read again with each head. Of more, the newest with each head, and all from time to time. */
const REREAD_ALL_BLOCKS = 100n
const REREAD_NEWEST_BLOCKS = 16n
const SWEEP_HEADS = 16
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000

export interface FollowerOptions {
  readonly rpc: Rpc
  readonly contract: Address
  readonly finality: Finality
  readonly clock: Clock
  readonly pollMs: number
  readonly rangeBlocks: number
  /** How long a start waits for an endpoint that is behind what was final, milliseconds. Default 0. */
  readonly behindMs?: number
  readonly log?: EngineLog
}

/** What one look at the chain begins with. */
interface Tips {
  readonly head: Header
  readonly tagged: Header | undefined
}

/** Reads the chain by one endpoint and reports it block by block, in order, taking back what a reorganisation undid. */
export class Follower {
  readonly #options: FollowerOptions
  readonly #blocks: Blocks
  readonly #ranges: LogRanges
  #handler: ChainHandler | undefined
  #story: Story | undefined
  #rereading: Rereading | undefined
  /** Up to here ranges were read, whether or not they held anything. */
  #scanned = 0n
  /** Heads since all unfinal blocks were read again. */
  #heads = 0
  #problem: ChainError | undefined
  #stopped = false
  #isRunning = false
  #cancelTimer: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#blocks = new Blocks(options.rpc)
    this.#ranges = new LogRanges(options.rpc, options.contract, options.rangeBlocks)
  }

  get url(): string {
    return this.#options.rpc.url
  }

  get newest(): bigint {
    return this.#story?.height ?? 0n
  }

  get final(): bigint {
    return this.#story?.final ?? 0n
  }

  /** Why the chain could not be read at the last look, if it could not. */
  get problem(): ChainError | undefined {
    return this.#problem
  }

  /** Whether it goes on by itself: once it has started. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** What was told; undefined before the start. */
  get story(): Story | undefined {
    return this.#story
  }

  /** Reads all after block `from` up to the head of the moment, then goes on by itself. Rejects if the chain cannot be read at all. */
  async start(from: bigint, handler: ChainHandler, seen?: SeenBlock): Promise<void> {
    const { pollMs, rpc, log } = this.#options
    this.#handler = handler
    const story = new Story(this.#unlessStopped(handler), from)
    this.#story = story
    this.#rereading = new Rereading({
      blocks: this.#blocks,
      ranges: this.#ranges,
      story,
      ...(log !== undefined && { log }),
    })
    try {
      const tips = await this.#inStep(story, seen)
      await this.#look(story, tips)
    } catch (cause) {
      throw rpcError(rpc.url, 'reading blocks', cause)
    }
    this.#isRunning = true
    this.#schedule(pollMs, FIRST_RETRY_MS)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer()
    await this.#running
  }

  #unlessStopped(handler: ChainHandler): ChainHandler {
    const unless = (tell: () => void): void => {
      if (!this.#stopped) tell()
    }
    return {
      block: (block) => unless(() => handler.block(block)),
      rolledBack: (to) => unless(() => handler.rolledBack(to)),
      final: (number) => unless(() => handler.final(number)),
      health: (problem) => unless(() => handler.health(problem)),
    }
  }

  #schedule(wait: number, retry: number): void {
    if (this.#stopped) return
    this.#cancelTimer = this.#options.clock.after(wait, () => {
      this.#running = this.#poll(retry)
    })
  }

  async #poll(retry: number): Promise<void> {
    const story = this.#story
    if (story === undefined) return
    const before = highest(story.height, this.#scanned)
    try {
      await this.#look(story)
      this.#reportHealth(undefined)
      this.#schedule(this.#options.pollMs, FIRST_RETRY_MS)
    } catch (cause) {
      const problem = rpcError(this.#options.rpc.url, 'reading blocks', cause)
      this.#reportHealth(problem)
      if (problem.code === 'CHAIN_UNREACHABLE') await this.#options.rpc.reset()
      // Who got a part of the way is not to be spared.
      const wait = highest(story.height, this.#scanned) > before ? FIRST_RETRY_MS : retry
      this.#schedule(wait, Math.min(2 * wait, LAST_RETRY_MS))
    }
  }

  #reportHealth(problem: ChainError | undefined): void {
    if (this.#stopped || problem?.code === this.#problem?.code) return
    this.#problem = problem
    const { log, rpc } = this.#options
    if (problem === undefined) log?.info('chain.back', { url: shownUrl(rpc.url) })
    else log?.warn('chain.problem', { code: problem.code, reason: problem.message })
    this.#handler?.health(problem)
  }

  /** Anchors, and waits a while for an endpoint that is behind. */
  async #inStep(story: Story, seen: SeenBlock | undefined): Promise<Tips> {
    const { clock, behindMs = 0, pollMs, log, rpc } = this.#options
    const until = clock.now() + behindMs
    for (;;) {
      try {
        return await this.#anchor(story, seen)
      } catch (cause) {
        const isBehind = cause instanceof ChainError && cause.code === 'CHAIN_BEHIND'
        if (!isBehind || this.#stopped || clock.now() >= until) throw cause
        log?.warn('chain.behind', { url: rpc.url, ...cause.details, waitMs: behindMs })
        await new Promise<void>((resolve) => clock.after(Math.max(pollMs, FIRST_RETRY_MS), resolve))
      }
    }
  }

  /** Remembers the block to begin after, so that its disappearance shows. Its height may have none of its own. */
  async #anchor(story: Story, seen: SeenBlock | undefined): Promise<Tips> {
    // Asked for together: what a start takes is mostly the way to the endpoint and back.
    const [tips, known, header] = await Promise.all([
      this.#tips(),
      seen === undefined ? undefined : this.#blocks.at(seen.number),
      this.#blocks.atOrBelow(story.final),
    ])
    if (seen !== undefined && known !== undefined) this.#recognise(known, seen)
    if (tips.head.number < story.final) throw this.#behind(tips.head, story, seen?.finalAt)
    if (header !== undefined) story.anchor(header)
    return tips
  }

  /** @throws ChainError `CHAIN_RESTARTED` where another block stands in the place of one that was final. */
  #recognise(there: Header, { number, hash }: SeenBlock): void {
    if (there.hash === hash) return
    throw this.#restarted(`its block ${number} is ${there.hash}, and was ${hash} when it was final`)
  }

  /** The newest block, and the final one where the endpoint says which that is. */
  async #tips(): Promise<Tips> {
    const { finality } = this.#options
    const [head, tagged] = await Promise.all([
      this.#blocks.newest(),
      finality.type === 'tag' ? this.#blocks.tagged(finality.tag) : undefined,
    ])
    return { head, tagged }
  }

  /** One look at the chain: everything new is reported, in order. */
  async #look(story: Story, first?: Tips): Promise<void> {
    const { finality } = this.#options
    const { head, tagged } = first ?? (await this.#tips())
    if (head.number < story.final) throw this.#behind(head, story)
    // A head below what was told, or that was told already, comes from a node that is behind another of the same address: it undoes nothing.
    const isNews = head.number >= story.height && !story.blocks.some(({ hash }) => hash === head.hash)
    if (isNews) await this.#follow(head, story, first !== undefined)
    await this.#settle(head, finalNumber(finality, head.number, tagged?.number) ?? 0n, isNews, story)
  }

  /** `isAnchored`: all that was told is a block that was asked for with this head, so nothing can be taken back. */
  async #follow(head: Header, story: Story, isAnchored: boolean): Promise<void> {
    // Then what lies deep is read meanwhile; it is told first.
    const deep = isAnchored ? this.#readRange(story, head.number - LINKED_BLOCKS) : undefined
    let [linked] = await Promise.all([this.#link(head, story), deep])
    while (!this.#connects(linked, story) && !isAnchored && (await this.#rollBack(story)))
      linked = await this.#link(head, story)
    if (!this.#connects(linked, story)) await this.#readRange(story, (linked[0] ?? head).number - 1n)
    const logs = await Promise.all(linked.map(({ hash }) => this.#ranges.ofBlock(hash)))
    for (const [i, header] of linked.entries()) story.tell(header, logs[i] ?? [])
  }

  /** Whether these blocks follow one that was told. Whatever was told above that is taken back. */
  #connects([first]: readonly Header[], story: Story): boolean {
    const parent = story.blocks.findIndex(({ hash }) => hash === first?.parentHash)
    if (parent === -1) return false
    story.takeBack(parent + 1)
    return true
  }

  /** The headers above the newest told block up to a head, or as many of them as are followed one by one; oldest first. */
  async #link(head: Header, story: Story): Promise<Header[]> {
    const isTold = (hash: Hex): boolean => story.blocks.some((block) => block.hash === hash)
    const linked = [head]
    if (isTold(head.parentHash)) return linked
    const floor = highest(head.number - LINKED_BLOCKS, highest(story.height, this.#scanned))
    const numbers = Array.from(
      { length: Number(highest(head.number - 1n - floor, 0n)) },
      (_, i) => floor + 1n + BigInt(i),
    )
    const byHash = new Map((await this.#blocks.atAll(numbers)).map((header) => [header.hash, header]))
    for (let low = head; low.number - 1n > floor && !isTold(low.parentHash); ) {
      low = byHash.get(low.parentHash) ?? (await this.#blocks.byHash(low.parentHash))
      if (low.number <= floor) break
      linked.unshift(low)
    }
    return linked
  }

  /** Takes back every told block that is no longer in the chain. Returns whether there was one. */
  async #rollBack(story: Story): Promise<boolean> {
    const { blocks } = story
    let stay = blocks.length
    for (; stay > 0; stay -= Math.min(stay, COMPARED_BLOCKS)) {
      const compared = blocks.slice(Math.max(0, stay - COMPARED_BLOCKS), stay)
      const now = new Set((await this.#blocks.atAll(compared.map(({ number }) => number))).map(({ hash }) => hash))
      const standing = compared.findLastIndex(({ hash }) => now.has(hash))
      if (standing === -1) continue
      stay += standing + 1 - compared.length
      break
    }
    if (stay === blocks.length) return false
    const [first] = blocks
    if (stay === 0 && first !== undefined && first.number <= story.final) {
      throw new ChainError('CHAIN_FINALITY_BROKEN', { url: this.#options.rpc.url, final: story.final })
    }
    this.#scanned = 0n
    story.takeBack(stay)
    this.#options.log?.info('chain.rolledBack', { to: story.height })
    return true
  }

  /** Reports the blocks with events that lie too deep to be followed by hashes. */
  async #readRange(story: Story, to: bigint): Promise<void> {
    const from = highest(story.height, this.#scanned) + 1n
    for await (const { logs, to: read } of this.#ranges.between(from, to)) {
      const blocks = await Promise.all([...byBlock(logs)].map((one) => this.#blockOf(one)))
      const found = blocks.filter((one) => one !== undefined).sort(([a], [b]) => (a.number < b.number ? -1 : 1))
      for (const [header, ofBlock] of found) if (header.number > story.height) story.tell(header, ofBlock)
      this.#scanned = highest(this.#scanned, read)
    }
  }

  /** The chain's block that logs say they are of; undefined where the chain has another: an index may hold logs of blocks that were undone. */
  async #blockOf([hash, logs]: readonly [Hex, readonly Log[]]): Promise<readonly [Header, readonly Log[]] | undefined> {
    const number = logs[0]?.blockNumber ?? 0n
    const found = await this.#blocks.look(number)
    if (found === 'unknown') throw new BlockNotFoundError({ blockNumber: number })
    if (found !== 'none' && found.hash === hash) return [found, logs]
    this.#options.log?.warn('chain.logsForeign', { url: shownUrl(this.url), block: number, hash })
    return undefined
  }

  /** Reads what was told again, and then calls final what is. */
  async #settle(head: Header, final: bigint, isNews: boolean, story: Story): Promise<void> {
    const isFinalNews = final > story.final
    if (!isNews && !isFinalNews) return
    let isSettled = true
    for (const [from, to] of this.#due(head.number, final, story)) {
      isSettled = (await this.#rereading?.over(from, to)) === true && isSettled
    }
    if (isFinalNews && isSettled) story.makeFinal(final)
  }

  /** What is to be read again. What was final for long when it was first read is not. */
  #due(head: bigint, final: bigint, story: Story): readonly (readonly [from: bigint, to: bigint])[] {
    const low = highest(story.final + 1n, head - BigInt(this.#options.rangeBlocks) + 1n)
    this.#heads += 1
    if (head - low < REREAD_ALL_BLOCKS || this.#heads >= SWEEP_HEADS) {
      this.#heads = 0
      return [[low, head]]
    }
    const newest = highest(low, head - REREAD_NEWEST_BLOCKS + 1n)
    return final < low
      ? [[newest, head]]
      : [
          [low, final],
          [newest, head],
        ]
  }

  /** A chain that is behind and yet later than what was final began anew; one that lags is as early as it is short. */
  #behind(head: Header, { final, finalBlock }: Story, finalAt = finalBlock?.timestamp): ChainError {
    if (finalAt !== undefined && head.timestamp > finalAt) {
      return this.#restarted(`it stands at block ${head.number}, later than block ${final} was, which was final`)
    }
    return new ChainError('CHAIN_BEHIND', { url: this.#options.rpc.url, head: head.number, final })
  }

  #restarted(problem: string): ChainError {
    return new ChainError('CHAIN_RESTARTED', { url: this.#options.rpc.url, problem })
  }
}
