/** A record to put (`value`) or to remove (undefined). Values are JSON. */
export interface TabRecord {
  readonly key: string
  readonly value: object | undefined
}

/** Where tabs are remembered, on either side. One owner at a time. */
export interface TabRecords {
  /** Whether they outlive the process. */
  readonly isDurable: boolean
  /** All that is there, read once at start. */
  load(): Promise<readonly { readonly key: string; readonly value: unknown }[]>
  /** Resolves once all of it would survive a power failure. Records of one call may be written apart from each other. */
  write(records: readonly TabRecord[]): Promise<void>
}

/** Records in memory: for tests, and for tabs that end with the process. */
export function memoryRecords(): TabRecords {
  const known = new Map<string, object>()
  return {
    isDurable: false,
    load: async () => [...known].map(([key, value]) => ({ key, value: structuredClone(value) })),
    async write(records) {
      for (const { key, value } of records) {
        if (value === undefined) known.delete(key)
        else known.set(key, structuredClone(value))
      }
    },
  }
}

/** Writes records behind what goes on: what changes while a write is under way goes into the next one, and only its newest value. */
export class Journal {
  readonly #records: TabRecords
  readonly #failed: (error: unknown) => void
  #waiting = new Map<string, object | undefined>()
  #work: Promise<void> | undefined

  /** @param failed Called where a write fails; it is not tried again by itself. */
  constructor(records: TabRecords, failed: (error: unknown) => void) {
    this.#records = records
    this.#failed = failed
  }

  /** Puts a record, or removes it where the value is undefined. */
  put(key: string, value: object | undefined): void {
    this.#waiting.set(key, value)
    this.#work ??= this.#run()
  }

  /** Resolves once all that was put is written, or a write has failed. */
  async flushed(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  async #run(): Promise<void> {
    // What is put in one go is written in one go.
    await undefined
    try {
      while (this.#waiting.size > 0) {
        const records = [...this.#waiting].map(([key, value]) => ({ key, value }))
        this.#waiting = new Map()
        await this.#records.write(records)
      }
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#work = undefined
    }
  }
}
