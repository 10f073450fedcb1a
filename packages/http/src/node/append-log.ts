import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The lines of a file; none where it is not there. What stands after the last line feed was never whole: nobody was answered on it. */
export async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').slice(0, -1)
}

/** Writes lines to a new file that takes the place of the old one, and answers it open for appending. */
export async function rewrite(path: string, lines: readonly string[]): Promise<FileHandle> {
  const temporary = `${path}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(lines.join(''))
    await handle.sync()
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Lines that wait together are written and synced together. A write that fails fails everything after it. */
export class AppendLog {
  readonly #handle: FileHandle
  #waiting = ''
  #work: Promise<void> = Promise.resolve()

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  append(line: string): void {
    if (this.#waiting === '') this.#work = this.#work.then(() => this.#write())
    this.#waiting += line
    // Whoever needs the line awaits flushed().
    this.#work.catch(() => undefined)
  }

  async #write(): Promise<void> {
    const lines = this.#waiting
    this.#waiting = ''
    await this.#handle.appendFile(lines)
    await this.#handle.datasync()
  }

  flushed(): Promise<void> {
    return this.#work
  }

  async close(): Promise<void> {
    await this.#work.catch(() => undefined)
    await this.#handle.close()
  }
}
