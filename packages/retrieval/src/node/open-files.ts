import { type FileHandle, open } from 'node:fs/promises'

interface Opened {
  readonly handle: Promise<FileHandle>
  users: number
}

/** Files kept open for reading, at most `max` that nobody reads from. */
export class OpenFiles {
  readonly #files = new Map<string, Opened>()
  #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** Lends a file until `work` is done. */
  async use<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const opened = this.#files.get(path) ?? { handle: open(path, 'r'), users: 0 }
    this.#files.delete(path)
    this.#files.set(path, opened)
    opened.users += 1
    try {
      return await work(await opened.handle)
    } finally {
      opened.users -= 1
      await this.#shrink()
    }
  }

  /** Closes everything: what is being read from, when that is done. */
  async close(): Promise<void> {
    this.#max = 0
    await this.#shrink()
  }

  async #shrink(): Promise<void> {
    for (const [path, opened] of this.#files) {
      if (this.#files.size <= this.#max) return
      if (opened.users > 0) continue
      this.#files.delete(path)
      await opened.handle.then((handle) => handle.close()).catch(() => undefined)
    }
  }
}
