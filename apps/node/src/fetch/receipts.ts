import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonLine } from '../json.ts'
import { address, amount, count, type Infer, integer, list, object, optional, text } from '../rpc/schema.ts'

const receipt = object({
  /** Unix milliseconds. */
  at: integer,
  method: text,
  url: text,
  status: count,
  bytes: count,
  token: address,
  charged: amount,
  fees: amount,
  payee: optional(address),
  virtualId: optional(text),
  hubs: list(address),
})

/** What a purchase cost, as it is kept. Amounts in base units. */
export type KeptReceipt = Infer<typeof receipt>

const fileOf = (data: string): string => join(data, 'receipts.jsonl')

/** Keeps what a purchase cost. */
export function keepReceipt(data: string, kept: KeptReceipt): void {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  appendFileSync(fileOf(data), `${jsonLine(kept)}\n`, { mode: 0o600 })
}

/** What was kept, oldest first. A line that a crash cut off is passed over; `broken` counts them. */
export function readReceipts(data: string): { readonly receipts: readonly KeptReceipt[]; readonly broken: number } {
  let lines: readonly string[]
  try {
    lines = readFileSync(fileOf(data), 'utf8').split('\n').filter(Boolean)
  } catch {
    return { receipts: [], broken: 0 }
  }
  const receipts = lines.flatMap((line) => {
    try {
      return [receipt.decode(JSON.parse(line), 'receipt')]
    } catch {
      return []
    }
  })
  return { receipts, broken: lines.length - receipts.length }
}

const COLUMNS = ['at', 'method', 'url', 'status', 'bytes', 'token', 'charged', 'fees', 'payee', 'virtualId'] as const

/** As a table with commas, for spreadsheets: RFC 4180. What a spreadsheet would take for a formula is marked as text. */
export function toCsv(receipts: readonly KeptReceipt[]): string {
  const cell = (value: unknown): string => {
    const plain = String(value ?? '')
    const safe = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const rows = receipts.map((one) => ({ ...one, at: new Date(Number(one.at)).toISOString() }))
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => cell(row[name])).join(','))].join('\r\n')
}
