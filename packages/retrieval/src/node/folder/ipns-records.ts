import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RecordContent } from '../../gateway/content.ts'
import { parseIpnsName } from '../../gateway/ipns-name.ts'
import type { FileToIndex } from './index-car.ts'
import { type IpnsRecord, readIpnsRecord } from './ipns-record.ts'

/** What a file holds: a record, or why it is left out. */
type Known = { readonly stamp: string; readonly name?: string; readonly record?: IpnsRecord }

/** Of a file's name: the IPNS name, and what else its owner likes behind an underscore. */
export const RECORD_FILE = /^([^_.]+)(?:_.*)?\.ipns-record$/

/** The records of IPNS names in a folder's files. */
export class IpnsRecords {
  readonly #files = new Map<string, Known>()
  #newest = new Map<string, IpnsRecord>()
  readonly #leftOut: (path: string, problem: string) => void

  constructor(leftOut: (path: string, problem: string) => void) {
    this.#leftOut = leftOut
  }

  /** The newest record of a name that counts at `now`, milliseconds since the Unix epoch. */
  find(name: Uint8Array, now: number): RecordContent | undefined {
    const record = this.#newest.get(keyOf(name))
    if (record === undefined || record.validUntil <= now) return undefined
    const tag = hash('sha256', record.bytes, 'hex')
    return { bytes: record.bytes, tag, maxAge: Math.min(record.ttl, Math.floor((record.validUntil - now) / 1000)) }
  }

  /** Reads what is new or has changed. */
  async look(files: readonly FileToIndex[]): Promise<void> {
    const names = new Set(files.map(({ name }) => name))
    for (const name of [...this.#files.keys()].filter((known) => !names.has(known))) this.#files.delete(name)
    for (const file of files) if (this.#files.get(file.name)?.stamp !== file.stamp) await this.#read(file)
    this.#newest = new Map()
    for (const { name, record } of this.#files.values()) {
      if (name === undefined || record === undefined) continue
      const known = this.#newest.get(name)
      if (known === undefined || known.sequence < record.sequence) this.#newest.set(name, record)
    }
  }

  async #read({ name: file, path, stamp }: FileToIndex): Promise<void> {
    try {
      const name = parseIpnsName(RECORD_FILE.exec(file)?.[1] ?? '')
      this.#files.set(file, { stamp, name: keyOf(name), record: readIpnsRecord(name, await readFile(path)) })
    } catch (error) {
      this.#files.set(file, { stamp })
      this.#leftOut(path, error instanceof Error ? error.message : String(error))
    }
  }
}

const keyOf = (name: Uint8Array): string => Buffer.from(name).toString('hex')
