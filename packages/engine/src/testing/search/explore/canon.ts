/**
 * Gives values of equal content the same number. Objects must not change once they were given: each is looked into once, and whatever
 * it shares with others is not looked into again.
 */
export class Canon {
  readonly #ids = new Map<string, number>()
  readonly #known = new WeakMap<object, string>()

  /** How many different objects and texts it has seen. */
  get size(): number {
    return this.#ids.size
  }

  /** The same for equal values, and for no others. */
  keyOf(value: unknown): string {
    switch (typeof value) {
      case 'bigint':
        return `${value}n`
      case 'string':
        return `'${this.#intern(`'${value}`)}`
      case 'object':
        return value === null ? 'null' : this.#ofObject(value)
      default:
        return String(value)
    }
  }

  #ofObject(value: object): string {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const key = `#${this.#intern(this.#contentOf(value))}`
    this.#known.set(value, key)
    return key
  }

  #contentOf(value: object): string {
    if (value instanceof Uint8Array) return `b${value.join()}`
    if (Array.isArray(value)) return `[${value.map((item) => this.keyOf(item)).join()}]`
    if (value instanceof Set)
      return `(${[...value]
        .map((item) => this.keyOf(item))
        .sort()
        .join()})`
    const fields = Object.entries(value).filter(([, field]) => field !== undefined)
    const texts = fields.map(([name, field]) => `${name}:${this.keyOf(field)}`)
    return `{${texts.sort().join()}}`
  }

  #intern(content: string): number {
    const known = this.#ids.get(content)
    if (known !== undefined) return known
    const id = this.#ids.size
    this.#ids.set(content, id)
    return id
  }
}

/** Numbers from 0 on for values of equal content, and the values by their numbers. */
export class Numbers<T> {
  readonly #canon: Canon
  readonly #numbers = new Map<string, number>()
  readonly #values: T[] = []

  constructor(canon: Canon) {
    this.#canon = canon
  }

  get size(): number {
    return this.#values.length
  }

  of(value: T): number {
    const key = this.#canon.keyOf(value)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#values.length
    this.#numbers.set(key, number)
    this.#values.push(value)
    return number
  }

  at(number: number): T {
    const value = this.#values[number]
    if (value === undefined && number >= this.#values.length) throw new RangeError(`nothing has number ${number}`)
    return value as T
  }
}
