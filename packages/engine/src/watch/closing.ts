import { type ChannelRecord, type Id, isLiveChannel, type VirtualRecord } from '@sluice/protocol'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Collection } from '../records/collection.ts'

export interface Followed {
  readonly channels: Collection<Id, ChannelRecord>
  readonly virtuals: Collection<Id, VirtualRecord>
}

/**
 * This side's channels and virtual channels of which the chain says that they are closing, or closed: of these, every block is news. One
 * whose close was reorganised away may stay: it is looked at for nothing.
 */
export class Closing {
  readonly #followed: Followed
  readonly #reader: ChainReader
  readonly #ids = new Set<Id>()

  constructor(followed: Followed, reader: ChainReader) {
    this.#followed = followed
    this.#reader = reader
  }

  /** Looks at what the chain says now of these. An id that the chain named before this side took part in it never becomes its own. */
  note(ids: Iterable<Id>): void {
    for (const id of ids) if (this.#isOwn(id) && this.#isClosing(id)) this.#ids.add(id)
  }

  /** Those that are not over here, and channels that are but are remembered yet. */
  *[Symbol.iterator](): IterableIterator<Id> {
    for (const id of this.#ids) {
      if (this.#isOwn(id)) yield id
      else this.#ids.delete(id)
    }
  }

  #isOwn(id: Id): boolean {
    const { channels, virtuals } = this.#followed
    const channel = channels.get(id)
    const virtual = virtuals.get(id)
    return (
      (channel !== undefined && (isLiveChannel(channel.phase) || channel.phase.type === 'ended')) ||
      (virtual !== undefined && virtual.phase.type !== 'closed')
    )
  }

  #isClosing(id: Id): boolean {
    const { closesAt, ended } = this.#reader.channel(id)
    return closesAt !== undefined || ended !== undefined || this.#reader.virtual(id).finalAt !== undefined
  }
}
