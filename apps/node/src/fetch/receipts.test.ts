import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type KeptReceipt, keepReceipt, readReceipts, toCsv } from './receipts.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sluice-receipts-'))
})
afterEach(() => rmSync(data, { recursive: true }))

const bought: KeptReceipt = {
  at: 1_700_000_000_000n,
  method: 'POST',
  url: 'https://api.example/v1/chat?a="b",c',
  status: 200,
  bytes: 12,
  token: NATIVE_TOKEN,
  charged: 10n ** 18n,
  fees: 3n,
  payee: `0x${'be'.repeat(20)}`,
  virtualId: `0x${'11'.repeat(32)}`,
  hubs: [],
}

test('what purchases cost is kept, also beside a line that a crash cut off', () => {
  expect(readReceipts(data)).toEqual({ receipts: [], broken: 0 })
  keepReceipt(data, bought)
  appendFileSync(join(data, 'receipts.jsonl'), '{"at":"17000\n')
  keepReceipt(data, { ...bought, url: 'https://api.example/' })
  const { receipts, broken } = readReceipts(data)
  expect(receipts).toEqual([bought, { ...bought, url: 'https://api.example/' }])
  expect(broken).toBe(1)
})

test('a spreadsheet gets it as it is, and no formula', () => {
  const [head, row = '', forged = ''] = toCsv([bought, { ...bought, method: '=1+1', url: 'x' }]).split('\r\n')
  expect(head).toBe('at,method,url,status,bytes,token,charged,fees,payee,virtualId')
  expect(row).toContain('2023-11-14T22:13:20.000Z,POST,"https://api.example/v1/chat?a=""b"",c",200,12,')
  expect(row).toContain(`,${10n ** 18n},3,`)
  expect(forged).toContain(",'=1+1,x,")
})
