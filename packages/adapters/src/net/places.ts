/** What may be connected at a time. */
export interface PlaceLimits {
  /** Connections in all. */
  readonly connections: number
  /** Of these, those that have not proved who they are. */
  readonly unproved: number
  /** The same, of one address. */
  readonly unprovedPerAddress: number
  /** Those of one address that are nobody's in particular, proved or not. */
  readonly strangersPerAddress: number
  /** Those that have proved a key that means nothing here. */
  readonly strangers: number
}

/** Something that can be ended. */
export interface Occupant {
  destroy(): unknown
}

interface Place {
  /** Undefined while a proxy has not said it. */
  address: string | undefined
  /** Whether it belongs to somebody known; undefined before it has proved who it is. */
  isKnown: (() => boolean) | undefined
}

type Test = (place: Place) => boolean

const isUnproved: Test = ({ isKnown }) => isKnown === undefined
const isStranger: Test = ({ isKnown }) => isKnown !== undefined && !isKnown()

/**
 * The places that connections take. Where there are too many of a kind, the one that has been there longest goes: a newcomer is as likely
 * to be honest, and who is honest has proved itself by then. Nobody who is known makes room.
 */
export class Places<C extends Occupant> {
  readonly #limits: PlaceLimits
  readonly #places = new Map<C, Place>()
  /** How many connections had to go, or were not taken. */
  #turnedAway = 0

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#places.size
  }

  get turnedAway(): number {
    return this.#turnedAway
  }

  has(connection: unknown): connection is C {
    return this.#places.has(connection as C)
  }

  all(): Iterable<C> {
    return this.#places.keys()
  }

  isUnproved(connection: C): boolean {
    const place = this.#places.get(connection)
    return place !== undefined && isUnproved(place)
  }

  /** Gives a connection a place. Says whether there was one. `address`: undefined if a proxy is to say it yet. */
  take(connection: C, address: string | undefined): boolean {
    const { connections, unproved } = this.#limits
    const isFull = this.#places.size >= connections && !this.#endOldest(isUnproved) && !this.#endOldest(isStranger)
    if (isFull) {
      this.#turnedAway++
      return false
    }
    this.#places.set(connection, { address, isKnown: undefined })
    this.#keepTo(unproved, isUnproved)
    this.#keepAddress(address)
    return true
  }

  /** A proxy says for whom it asks. */
  name(connection: C, address: string): void {
    const place = this.#places.get(connection)
    if (place === undefined) return
    place.address = address
    this.#keepAddress(address)
  }

  /** The other end has proved who it is. `isKnown`: asked whenever somebody has to make room. */
  prove(connection: C, isKnown: () => boolean): void {
    const place = this.#places.get(connection)
    if (place === undefined) return
    place.isKnown = isKnown
    this.#keepTo(this.#limits.strangers, isStranger)
    this.#keepAddress(place.address)
  }

  leave(connection: C): void {
    this.#places.delete(connection)
  }

  #keepAddress(address: string | undefined): void {
    if (address === undefined) return
    const { unprovedPerAddress, strangersPerAddress } = this.#limits
    this.#keepTo(unprovedPerAddress, (place) => place.address === address && isUnproved(place))
    this.#keepTo(strangersPerAddress, (place) => place.address === address && (isUnproved(place) || isStranger(place)))
  }

  #keepTo(max: number, test: Test): void {
    let count = 0
    for (const place of this.#places.values()) if (test(place)) count++
    for (; count > max; count--) this.#endOldest(test)
  }

  #endOldest(test: Test): boolean {
    for (const [connection, place] of this.#places) {
      if (!test(place)) continue
      this.#places.delete(connection)
      this.#turnedAway++
      connection.destroy()
      return true
    }
    return false
  }
}
