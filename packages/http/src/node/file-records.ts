import { asObject, asText } from '../headers/fields.ts'
import { TabError } from '../tab/errors.ts'
import type { TabRecord, TabRecords } from '../tab/records.ts'
import { AppendLog, readLines, rewrite } from './append-log.ts'

/** Records of tabs in a file of one line each. */
export interface FileRecords extends TabRecords {
  close(): Promise<void>
}

/** The file is written anew once it holds so many lines more than four times what is kept. */
const SLACK = 10_000

function format({ key, value }: TabRecord): string {
  return `${JSON.stringify(value === undefined ? { key } : { key, value })}\n`
}

async function read(path: string): Promise<Map<string, object>> {
  const known = new Map<string, object>()
  for (const [i, line] of (await readLines(path)).entries()) {
    try {
      const fields = asObject(JSON.parse(line), 'record')
      const key = asText(fields.key, 'key', 1024)
      if (fields.value === undefined) known.delete(key)
      else known.set(key, asObject(fields.value, 'value'))
    } catch (cause) {
      throw new TabError('RECORDS_UNREADABLE', { line: i + 1, path }, cause)
    }
  }
  return known
}

/**
 * Opens records that outlive the process, for a seller or for a buyer. One process at a time.
 *
 * @throws TabError `RECORDS_UNREADABLE` for a line that is whole and not a record.
 * @example `const seller = createSeller({ payee, asset, window: 1000n, records: await openFileRecords('tabs') })`
 */
export async function openFileRecords(path: string): Promise<FileRecords> {
  const known = await read(path)
  const lines = () => [...known].map(([key, value]) => format({ key, value }))
  let log = new AppendLog(await rewrite(path, lines()))
  let appended = 0
  return {
    isDurable: true,
    load: async () => [...known].map(([key, value]) => ({ key, value })),
    async write(records) {
      for (const { key, value } of records) {
        if (value === undefined) known.delete(key)
        else known.set(key, value)
      }
      appended += records.length
      if (appended > SLACK + 4 * known.size) {
        await log.close()
        log = new AppendLog(await rewrite(path, lines()))
        appended = 0
        return
      }
      log.append(records.map(format).join(''))
      await log.flushed()
    },
    close: () => log.close(),
  }
}
