import type { Id } from '@sluice/protocol'
import type { ChainBlock, ChainEvent, SeenBlock } from '../ports/chain.ts'
import type { BlockPoint, ChainReader, ChannelChain, ChannelFacts, VirtualChain } from '../ports/chain-view.ts'
import type { Cursor } from '../records/chain/cursor.ts'
import type { Collection, Participant } from '../records/collection.ts'
import type { VirtualFacts } from '../records/virtual-facts.ts'
import { applyToChannel, applyToVirtual, noChannelFacts, subjectOf } from './facts.ts'

interface UnfinalEvent {
  readonly event: ChainEvent
  readonly block: BlockPoint
}

/** Of how many final blocks without events the cursor is left behind: they are read again after a restart, which costs less than a commit each. */
const LAZY_BLOCKS = 100n

const CURSOR = 'final'

export interface WatchCollections {
  readonly cursor: Collection<string, Cursor>
  readonly channelFacts: Collection<Id, ChannelFacts>
  readonly virtualFacts: Collection<Id, VirtualFacts>
}

/**
 * What the chain says: facts of final blocks on disk, what came after them in memory, where a rollback takes it back.
 * Its methods that change anything run within events, and what they change in memory is dropped with the event or batch that did it.
 */
export class ChainWatch implements ChainReader, Participant {
  readonly #collections: WatchCollections
  /** Blocks that are not final, in order. */
  #blocks: readonly ChainBlock[] = []
  /** Their events by id, in order. */
  readonly #unfinal = new Map<Id, readonly UnfinalEvent[]>()
  #head: BlockPoint | undefined
  #final: BlockPoint | undefined
  /** The newest reported block that is final. */
  #finalBlock: Cursor['block']
  /** What takes the running event's changes in memory back, and what takes the batch's. */
  #undoEvent: (() => void)[] = []
  #undoBatch: (() => void)[] = []
  #isDoubted = false
  readonly isChanged = false

  constructor(collections: WatchCollections) {
    this.#collections = collections
  }

  /** Where to read on from, once the collections are loaded. */
  get start(): bigint | undefined {
    const cursor = this.#collections.cursor.get(CURSOR)
    this.#final = cursor && { number: cursor.number, timestamp: cursor.timestamp }
    this.#head = this.#final
    this.#finalBlock = cursor?.block
    return cursor?.number
  }

  /** A final block by which the chain is known again. */
  get seen(): SeenBlock | undefined {
    const [block, final] = [this.#finalBlock, this.#final]
    return block && final && { ...block, finalAt: final.timestamp }
  }

  get head(): BlockPoint | undefined {
    return this.#head
  }

  get final(): BlockPoint | undefined {
    return this.#final
  }

  get isDoubted(): boolean {
    return this.#isDoubted
  }

  /** Takes that those who are asked about the chain disagree, or agree again. */
  takeDoubt(isDoubted: boolean): void {
    this.#remember()
    this.#isDoubted = isDoubted
  }

  /** Takes the next block. Returns the ids that it is about. */
  takeBlock(block: ChainBlock): ReadonlySet<Id> {
    const { number, timestamp } = block
    this.#remember()
    const head = { number, timestamp }
    this.#head = head
    this.#blocks = [...this.#blocks, block]
    const ids = new Set<Id>()
    for (const event of block.events) {
      const id = subjectOf(event)?.id
      if (id === undefined) continue
      this.#replaceUnfinal(id, [...(this.#unfinal.get(id) ?? []), { event, block: head }])
      ids.add(id)
    }
    return ids
  }

  /** Forgets all blocks above the number. Returns the ids that they were about. */
  takeRollback(to: bigint): ReadonlySet<Id> {
    this.#remember()
    const gone = this.#blocks.filter(({ number }) => number > to)
    this.#blocks = this.#blocks.filter(({ number }) => number <= to)
    const newest = this.#blocks.at(-1)
    this.#head = newest === undefined ? this.#final : { number: newest.number, timestamp: newest.timestamp }
    const ids = new Set<Id>()
    for (const event of gone.flatMap(({ events }) => events)) {
      const id = subjectOf(event)?.id
      if (id !== undefined) ids.add(id)
    }
    for (const id of ids) this.#keepUnfinal(id, ({ block }) => block.number <= to)
    return ids
  }

  /** Makes all blocks up to the number final. Returns the ids that they were about. */
  takeFinal(number: bigint): ReadonlySet<Id> {
    const blocks = this.#blocks.filter((block) => block.number <= number)
    const newest = blocks.at(-1)
    const timestamp = newest?.timestamp ?? this.#final?.timestamp
    if (timestamp === undefined || (this.#final !== undefined && number <= this.#final.number)) return new Set()
    this.#remember()
    this.#blocks = this.#blocks.filter((block) => block.number > number)
    const ids = new Set<Id>()
    for (const block of blocks) for (const event of block.events) this.#makeFinal(event, block.timestamp, ids)
    for (const id of ids) this.#keepUnfinal(id, ({ block }) => block.number > number)
    this.#final = { number, timestamp }
    if (newest !== undefined) this.#finalBlock = { number: newest.number, hash: newest.hash }
    const stored = this.#collections.cursor.get(CURSOR)
    if (ids.size > 0 || stored === undefined || number - stored.number >= LAZY_BLOCKS) {
      this.#collections.cursor.set(CURSOR, { ...this.#final, ...(this.#finalBlock && { block: this.#finalBlock }) })
    }
    return ids
  }

  channel(channelId: Id): ChannelChain {
    const final = this.#collections.channelFacts.get(channelId) ?? noChannelFacts(channelId)
    const any = (this.#unfinal.get(channelId) ?? []).reduce(
      (facts, { event, block }) => applyToChannel(facts, event, block.timestamp),
      final,
    )
    return {
      deposits: final.deposits,
      withdrawn: final.withdrawn,
      closesAt: any.closesAt,
      shown: [any.shown[0].seq, any.shown[1].seq],
      ended: any.ended,
      endedFinal: final.ended,
      any,
      final,
    }
  }

  virtual(virtualId: Id): VirtualChain {
    const final = this.#collections.virtualFacts.get(virtualId)
    const any = (this.#unfinal.get(virtualId) ?? []).reduce<VirtualFacts | undefined>(
      (facts, { event, block }) => applyToVirtual(facts, event, block.timestamp),
      final,
    )
    const isFinal = final !== undefined && this.#final !== undefined && this.#final.timestamp >= final.finalAt
    return {
      finalAt: any?.finalAt,
      redeemed: any?.amount ?? 0n,
      finalAmount: isFinal ? final.amount : undefined,
    }
  }

  knows(id: Id): boolean {
    const { channelFacts, virtualFacts } = this.#collections
    return this.#unfinal.has(id) || channelFacts.get(id) !== undefined || virtualFacts.get(id) !== undefined
  }

  #keepUnfinal(id: Id, keeps: (one: UnfinalEvent) => boolean): void {
    const kept = (this.#unfinal.get(id) ?? []).filter(keeps)
    this.#replaceUnfinal(id, kept)
  }

  /** Replaces the events of an id that are not final, and remembers those before. */
  #replaceUnfinal(id: Id, events: readonly UnfinalEvent[]): void {
    const before = this.#unfinal.get(id) ?? []
    this.#undoEvent.push(() => this.#setUnfinal(id, before))
    this.#setUnfinal(id, events)
  }

  #setUnfinal(id: Id, events: readonly UnfinalEvent[]): void {
    if (events.length > 0) this.#unfinal.set(id, events)
    else this.#unfinal.delete(id)
  }

  #remember(): void {
    const [blocks, head, final, isDoubted] = [this.#blocks, this.#head, this.#final, this.#isDoubted]
    const finalBlock = this.#finalBlock
    this.#undoEvent.push(() => {
      this.#isDoubted = isDoubted
      this.#blocks = blocks
      this.#head = head
      this.#final = final
      this.#finalBlock = finalBlock
    })
  }

  drop(): void {
    for (const undo of this.#undoEvent.splice(0).reverse()) undo()
  }

  keep(): void {
    this.#undoBatch.push(...this.#undoEvent.splice(0))
  }

  dropBatch(): void {
    this.drop()
    for (const undo of this.#undoBatch.splice(0).reverse()) undo()
  }

  writes(): readonly never[] {
    return []
  }

  applied(): void {
    this.#undoBatch = []
  }

  #makeFinal(event: ChainEvent, at: bigint, ids: Set<Id>): void {
    const subject = subjectOf(event)
    if (subject === undefined) return
    ids.add(subject.id)
    const { channelFacts, virtualFacts } = this.#collections
    if (subject.kind === 'virtual') {
      virtualFacts.set(subject.id, applyToVirtual(virtualFacts.get(subject.id), event, at))
    } else {
      const facts = channelFacts.get(subject.id) ?? noChannelFacts(subject.id)
      channelFacts.set(subject.id, applyToChannel(facts, event, at))
    }
  }
}
