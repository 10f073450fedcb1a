import type { ChainHandler, Clock, Log, SeenBlock } from '@sluice/engine'
import type { Hex } from '@sluice/protocol'
import { ChainError } from '../errors.ts'
import { Blocks } from '../following/blocks.ts'
import { Follower, type FollowerOptions } from '../following/follower.ts'
import { rpcError } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'
import { Chorus } from './chorus.ts'
import { alarmsMissing } from './joint.ts'
import { Voice } from './voice.ts'

/** How long the others may take to catch up once one has, and how often what cannot be read, or differs, is read anew. Milliseconds. */
const START_GRACE_MS = 10_000
const RETRY_MS = 5_000
/** How often in a row one may be read anew, and not show what it showed before, until that is believed: for a minute. */
const FORGETFUL_TRIES = 12

export interface JointFollowingOptions extends Omit<FollowerOptions, 'rpc'> {
  readonly rpcs: readonly Rpc[]
  /** Rejects where an endpoint is not of the chain and the contract that is followed. */
  readonly check: (rpc: Rpc) => Promise<void>
  readonly clock: Clock
  readonly log?: Log
  /** How often one that could not be read is tried again, and all are read anew where they differ. Milliseconds, default 5000. */
  readonly retryMs?: number
}

/** One reading of the chain by an endpoint. */
interface Reading {
  readonly voice: Voice
  readonly follower: Follower
}

interface Member {
  readonly rpc: Rpc
  reading: Reading
  /** Why it could not be read anew at the last try, by its code: said once. */
  unread: string | undefined
  /** How often in a row it showed less, read anew, than before. */
  forgetful: number
}

/** Follows the chain by several endpoints at once, and tells what they say together. */
export class JointFollowing {
  readonly #options: JointFollowingOptions
  readonly #members: readonly Member[]
  #chorus: Chorus | undefined
  #isStopped = false
  #cancelRetry: () => void = () => {}
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: JointFollowingOptions) {
    this.#options = options
    this.#members = options.rpcs.map((rpc) => ({ rpc, reading: this.#readingOf(rpc), unread: undefined, forgetful: 0 }))
  }

  get voices(): readonly Voice[] {
    return this.#members.map(({ reading }) => reading.voice)
  }

  /** The number up to which all logs are read for good. */
  get final(): bigint | undefined {
    return this.#chorus?.final
  }

  /** Those that answer, the one whose blocks are told first; all, while none does. */
  order(): readonly Rpc[] {
    const leader = this.#chorus?.leader
    const answering = this.#members.filter(({ reading }) => reading.voice.isAnswering)
    const first = answering.filter(({ reading }) => reading.voice === leader)
    const ordered = [...first, ...answering.filter((member) => !first.includes(member))]
    return (ordered.length > 0 ? ordered : this.#members).map(({ rpc }) => rpc)
  }

  blockOf(transaction: Hex): bigint | undefined {
    for (const { reading } of this.#members) {
      const block = reading.follower.story?.blockOf(transaction)
      if (block !== undefined) return block
    }
    return undefined
  }

  /** Reads up to the head of the moment by all that answer in time, then goes on. Rejects if none can be read. */
  async start(from: bigint, handler: ChainHandler, seen?: SeenBlock): Promise<void> {
    const { clock, log } = this.#options
    const chorus = new Chorus(() => this.voices, handler, from, log)
    this.#chorus = chorus
    const attempts = this.#members.map(({ rpc, reading }) => this.#begin(rpc, reading, from, seen))
    try {
      await Promise.any(attempts)
    } catch (failed) {
      throw failed instanceof AggregateError ? failed.errors[0] : failed
    }
    let cancel = (): void => {}
    const grace = new Promise<void>((resolve) => {
      cancel = clock.after(START_GRACE_MS, resolve)
    })
    await Promise.race([Promise.allSettled(attempts), grace])
    cancel()
    chorus.open()
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#chorus?.close()
    this.#cancelRetry()
    await Promise.all(this.#members.map(({ reading }) => reading.follower.stop()))
    await this.#running
  }

  #readingOf(rpc: Rpc): Reading {
    return { voice: new Voice(rpc.url, () => this.#chorus?.note()), follower: new Follower({ ...this.#options, rpc }) }
  }

  async #begin(rpc: Rpc, { voice, follower }: Reading, from: bigint, seen?: SeenBlock): Promise<void> {
    voice.begin(from)
    try {
      await this.#options.check(rpc)
      await this.#checkFinal(rpc)
      await follower.start(from, voice.handler, seen)
      voice.heard(undefined)
    } catch (cause) {
      const problem = rpcError(rpc.url, 'reading blocks', cause)
      voice.heard(problem)
      throw problem
    }
  }

  /** Of a chain in which a block is another than all took for final, nothing is read: it would not be noticed any more. */
  async #checkFinal(rpc: Rpc): Promise<void> {
    const final = this.#chorus?.finalBlock
    if (final === undefined || (await new Blocks(rpc).holds(final)) !== false) return
    throw new ChainError('CHAIN_FINALITY_BROKEN', { url: rpc.url, final: final.number })
  }

  #schedule(): void {
    if (this.#isStopped) return
    const { clock, retryMs = RETRY_MS } = this.#options
    this.#cancelRetry = clock.after(retryMs, () => {
      this.#running = this.#readAnew().finally(() => this.#schedule())
    })
  }

  /**
   * Reads those again that never could be read, or that took another block for final than they show now; and where the endpoints differ all of
   * them, from what all agree on: one that left something out until it took it for final would not look there again.
   */
  async #readAnew(): Promise<void> {
    const { log } = this.#options
    const chorus = this.#chorus
    if (chorus === undefined) return
    const due = this.#members.filter(
      ({ reading: { voice, follower } }) =>
        !follower.isRunning || voice.isBroken || (chorus.isDoubtful && voice.isAnswering),
    )
    for (const member of due) {
      const reading = this.#readingOf(member.rpc)
      try {
        await this.#begin(member.rpc, reading, chorus.final)
      } catch (problem) {
        await reading.follower.stop()
        const { code, message: reason } = rpcError(member.rpc.url, 'reading blocks', problem)
        if (member.unread !== code) log?.warn('chain.unread', { code, reason })
        member.unread = code
        continue
      }
      member.unread = undefined
      const before = member.reading
      if (await this.#forgets(member, reading)) {
        await reading.follower.stop()
        continue
      }
      reading.voice.forget(chorus.final)
      member.reading = reading
      await before.follower.stop()
      chorus.note()
    }
  }

  /**
   * Whether it shows no more, of a block that it still has, an alarm that it showed before. Behind one address stand many nodes, and the one that
   * answers now may lack the logs: what it showed counts until it was left out often enough to be taken back.
   */
  async #forgets(member: Member, { voice }: Reading): Promise<boolean> {
    const blocks = new Blocks(member.rpc)
    for (const block of alarmsMissing(member.reading.voice, voice)) {
      if ((await blocks.holds(block)) === false) continue
      member.forgetful += 1
      if (member.forgetful < FORGETFUL_TRIES) return true
    }
    member.forgetful = 0
    return false
  }
}
