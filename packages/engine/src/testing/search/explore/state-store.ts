/** States as rows of whole numbers, each kept once, with how each was first reached. */
export class StateStore {
  readonly width: number
  #rows: Int32Array
  #parents: Int32Array
  #labels: Int32Array
  #table: Int32Array
  #count = 0

  constructor(width: number, room = 1 << 12) {
    this.width = width
    this.#rows = new Int32Array(width * room)
    this.#parents = new Int32Array(room)
    this.#labels = new Int32Array(room)
    this.#table = new Int32Array(room * 4).fill(-1)
  }

  get count(): number {
    return this.#count
  }

  /** Adds a state unless it is there. Returns whether it was new. `row` is copied. */
  add(row: Int32Array, parent: number, label: number): boolean {
    const slot = this.#slotOf(row)
    if (this.#table[slot] !== -1) return false
    if (this.#count === this.#parents.length) {
      this.#grow()
      return this.add(row, parent, label)
    }
    this.#table[slot] = this.#count
    this.#rows.set(row, this.#count * this.width)
    this.#parents[this.#count] = parent
    this.#labels[this.#count] = label
    this.#count += 1
    return true
  }

  /** Copies a state into `row`. */
  read(index: number, row: Int32Array): void {
    row.set(this.#rows.subarray(index * this.width, (index + 1) * this.width))
  }

  /** The labels on the way from the first state to this one. */
  wayTo(index: number): number[] {
    const labels: number[] = []
    for (let at = index; at > 0; at = this.#parents[at] ?? -1) labels.push(this.#labels[at] ?? -1)
    return labels.reverse()
  }

  #slotOf(row: Int32Array): number {
    const mask = this.#table.length - 1
    let slot = hashRow(row) & mask
    for (let found = this.#table[slot] ?? -1; found !== -1; found = this.#table[slot] ?? -1) {
      if (this.#isRow(found, row)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #isRow(index: number, row: Int32Array): boolean {
    const start = index * this.width
    for (let i = 0; i < this.width; i++) if (this.#rows[start + i] !== row[i]) return false
    return true
  }

  #grow(): void {
    const room = this.#parents.length * 2
    this.#rows = grown(this.#rows, this.width * room)
    this.#parents = grown(this.#parents, room)
    this.#labels = grown(this.#labels, room)
    this.#table = new Int32Array(room * 4).fill(-1)
    const row = new Int32Array(this.width)
    for (let index = 0; index < this.#count; index++) {
      this.read(index, row)
      this.#table[this.#slotOf(row)] = index
    }
  }
}

function grown(old: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length)
  larger.set(old)
  return larger
}

function hashRow(row: Int32Array): number {
  let hash = 0x811c9dc5
  for (const value of row) {
    hash = Math.imul(hash ^ value, 0x85ebca6b)
    hash ^= hash >>> 15
  }
  return Math.imul(hash, 0xc2b2ae35) >>> 0
}
