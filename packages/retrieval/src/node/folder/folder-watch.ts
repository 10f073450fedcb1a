import { type FSWatcher, watch } from 'node:fs'
import { systemTimers, type Timers } from '@sluice/http'
import type { CarFolder } from './car-folder.ts'

export interface WatchOptions {
  /** Called when the folder could not be looked at; it is tried again. */
  readonly onError?: (error: unknown) => void
  readonly timers?: Timers
}

/** After a change the folder is looked at this soon, and again until nothing changes any more, milliseconds. */
const SOON = 1_000
/** Not every disk tells of changes: it is looked at this often in any case. */
const REGULAR = 15_000

/**
 * Keeps a folder as it is on the disk, while it is served.
 *
 * @returns What ends it.
 */
export function watchFolder(folder: CarFolder, options: WatchOptions = {}): () => Promise<void> {
  const watching = new FolderWatch(folder, options)
  return () => watching.stop()
}

class FolderWatch {
  readonly #folder: CarFolder
  readonly #timers: Timers
  readonly #onError: (error: unknown) => void
  readonly #watcher: FSWatcher | undefined
  #cancel: () => void = () => undefined
  #looking: Promise<void> | undefined
  #isSoon = false
  /** Something changed while the folder was looked at. */
  #isChanged = false
  #isStopped = false

  constructor(folder: CarFolder, { onError = () => undefined, timers = systemTimers }: WatchOptions) {
    this.#folder = folder
    this.#timers = timers
    this.#onError = onError
    this.#watcher = watchOrNot(folder.path, () => this.#lookSoon())
    this.#plan(REGULAR)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#watcher?.close()
    this.#cancel()
    await this.#looking
  }

  #lookSoon(): void {
    this.#isChanged = true
    if (this.#isSoon || this.#looking !== undefined) return
    this.#isSoon = true
    this.#plan(SOON)
  }

  #plan(milliseconds: number): void {
    if (this.#isStopped) return
    this.#cancel()
    this.#cancel = this.#timers.after(milliseconds, () => {
      this.#looking = this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#isChanged = false
    try {
      const { unsettled } = await this.#folder.refresh()
      if (unsettled > 0) this.#isChanged = true
    } catch (error) {
      if (!this.#isStopped) this.#onError(error)
    }
    this.#looking = undefined
    this.#isSoon = this.#isChanged
    this.#plan(this.#isSoon ? SOON : REGULAR)
  }
}

/** Where the system cannot watch the folder, looking at it from time to time has to do. */
function watchOrNot(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
