import type { Id } from '@sluice/protocol'
import { HttpError } from '../errors.ts'
import type { Binding, Bindings } from '../gate/bindings.ts'
import { asAmount, asHex, asInteger, asObject, asText } from '../headers/fields.ts'
import { AppendLog, readLines, rewrite } from './append-log.ts'

export interface FileBindingsOptions {
  /** Unix seconds. */
  readonly now: () => number
  /** Records older than this many seconds are dropped when the file is opened: longer than any virtual channel lives. Default 90 days. */
  readonly keepFor?: number
}

/** Bindings in a file of one line each. */
export interface FileBindings extends Bindings {
  close(): Promise<void>
}

interface Entry {
  readonly binding: Binding
  /** Unix seconds. */
  readonly at: number
}

const DEFAULT_KEEP = 90 * 86_400

/**
 * Opens bindings that outlive the process: each is on the disk before it counts. One process at a time.
 *
 * @throws HttpError `BINDINGS_UNREADABLE` for a line that is whole and not a record.
 */
export async function openFileBindings(path: string, options: FileBindingsOptions): Promise<FileBindings> {
  const oldest = options.now() - (options.keepFor ?? DEFAULT_KEEP)
  const known = new Map([...(await readEntries(path))].filter(([, { at }]) => at >= oldest))
  const log = new AppendLog(
    await rewrite(
      path,
      [...known].map(([id, entry]) => formatEntry(id, entry)),
    ),
  )
  return {
    get: async (virtualId) => {
      const entry = known.get(virtualId)
      if (entry !== undefined) await log.flushed()
      return entry?.binding
    },
    async bind(virtualId, binding) {
      const entry = known.get(virtualId) ?? { binding, at: options.now() }
      if (!known.has(virtualId)) {
        known.set(virtualId, entry)
        log.append(formatEntry(virtualId, entry))
      }
      await log.flushed()
      return entry.binding
    },
    close: () => log.close(),
  }
}

function formatEntry(virtualId: Id, { binding, at }: Entry): string {
  const { price, ...rest } = binding
  return `${JSON.stringify({ virtualId, at, ...rest, amount: String(price.amount), per: String(price.per) })}\n`
}

function parseEntry(line: string): readonly [Id, Entry] {
  const fields = asObject(JSON.parse(line), 'record')
  const safe = Number.MAX_SAFE_INTEGER
  const binding: Binding = {
    key: asText(fields.key, 'key', 65_536),
    etag: asText(fields.etag, 'etag', 65_536),
    length: asInteger(fields.length, 'length', safe),
    window: asInteger(fields.window, 'window', safe),
    from: asInteger(fields.from, 'from', safe),
    signature: asHex(fields.signature, 'signature', 65),
    price: { amount: asAmount(fields.amount, 'amount'), per: asAmount(fields.per, 'per') },
  }
  return [asHex(fields.virtualId, 'virtualId', 32), { binding, at: asInteger(fields.at, 'at', safe) }]
}

async function readEntries(path: string): Promise<Map<Id, Entry>> {
  return new Map(
    (await readLines(path)).map((line, i) => {
      try {
        return parseEntry(line)
      } catch (cause) {
        throw new HttpError('BINDINGS_UNREADABLE', { line: i + 1, path }, cause)
      }
    }),
  )
}
