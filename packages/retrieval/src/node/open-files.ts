import { type FileHandle, open } from 'node:fs/promises'
import { RetrievalError } from '../errors.ts'

/** A file, and what it was like when its content was learned. */
export interface FileVersion {
  readonly path: string
  /** Of {@link stampOf}; undefined where any content will do. */
  readonly stamp?: string
}

/** What changes when a file does: its size, and when it was written to. */
export const stampOf = ({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): string =>
  `${size}:${mtimeNs}`

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

  /**
   * Lends a file until `work` is done.
   *
   * @throws RetrievalError `CAR_CHANGED` where it is another one, or gone.
   */
  async use<T>(file: FileVersion, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const key = `${file.stamp ?? ''} ${file.path}`
    const opened = this.#files.get(key) ?? { handle: openVersion(file), users: 0 }
    this.#files.delete(key)
    this.#files.set(key, opened)
    opened.users += 1
    try {
      return await work(await opened.handle)
    } catch (error) {
      // What could not be opened may be there the next time.
      if (await isUnopened(opened)) this.#files.delete(key)
      throw error
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
    for (const [key, opened] of this.#files) {
      if (this.#files.size <= this.#max) return
      if (opened.users > 0) continue
      this.#files.delete(key)
      await opened.handle.then((handle) => handle.close()).catch(() => undefined)
    }
  }
}

async function openVersion({ path, stamp }: FileVersion): Promise<FileHandle> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (stamp !== undefined && cause.code === 'ENOENT') throw new RetrievalError('CAR_CHANGED', { path }, cause)
    throw cause
  })
  if (stamp === undefined || stampOf(await handle.stat({ bigint: true })) === stamp) return handle
  await handle.close()
  throw new RetrievalError('CAR_CHANGED', { path })
}

const isUnopened = ({ handle }: Opened): Promise<boolean> =>
  handle.then(
    () => false,
    () => true,
  )
