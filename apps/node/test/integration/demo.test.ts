import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const script = fileURLToPath(new URL('../../../../scripts/demo.ts', import.meta.url))

async function runDemo(...args: readonly string[]) {
  const demo = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  demo.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const code = await new Promise<number | null>((resolve) => demo.once('close', resolve))
  return { code, out, err }
}

test('the demo pays for a file of the user and its last line says how it went', async () => {
  const file = join(folder, 'a file.bin')
  writeFileSync(file, randomBytes(3_000_000))
  const { code, out, err } = await runDemo(file, '--json')
  expect(code, err).toBe(0)
  const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')
  expect(last).toMatchObject({ ok: true, conserved: true })
  expect(last.bytes).toBeGreaterThan(3_000_000)
  expect(last.payments).toBeGreaterThan(1)
  const { amount, per } = last.price
  expect(BigInt(last.paid)).toBe((BigInt(last.bytes) * BigInt(amount) + BigInt(per) - 1n) / BigInt(per))
  for (const key of [
    'blocksVerified',
    'timeToFirstPaymentMs',
    'downloadMs',
    'unpaidDownloadMs',
    'onchainTransactions',
  ]) {
    expect(last[key], key).toBeGreaterThan(0)
  }
  expect(Object.keys(last.gasByCall)).toEqual(expect.arrayContaining(['deploy', 'depositWithValue', 'close']))
})

test('a file that is not there ends with one line and nothing is started', async () => {
  const { code, out, err } = await runDemo(join(folder, 'absent'))
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err.trimEnd().split('\n')).toHaveLength(1)
})
