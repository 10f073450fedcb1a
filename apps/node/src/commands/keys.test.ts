import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommandLine } from '../cli/run.ts'
import { keyCommands } from './keys.ts'

// The first of the development keys that every local chain gives money to.
const KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

let folder: string
let data: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'))
  data = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function keys(args: readonly string[], environment: Record<string, string> = {}) {
  let said = ''
  const write = (text: string) => {
    said += text
  }
  const streams = { out: write, err: write, bytes: async () => true, errIsTerminal: false, columns: 80 }
  const surroundings = { environment: { SLUICE_DATA: data, ...environment }, streams, version: '1' }
  const code = await runCommandLine(
    { ...surroundings, args: ['keys', ...args, '--json'], signal: new AbortController().signal },
    keyCommands,
  )
  return { code, said, answer: JSON.parse(said) }
}

test('a key is made, kept encrypted for its user only, and shown by its address', async () => {
  const made = await keys(['new'], { SLUICE_PASSWORD: 'a secret of the test' })
  expect(made.code).toBe(0)
  const file = join(data, 'key.json')
  expect(made.answer).toEqual({ address: expect.stringMatching(/^0x[0-9a-f]{40}$/), path: file })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await keys(['show'])).answer.address).toBe(made.answer.address)
})

test('a key is imported from a file with the password in another, and is never shown', async () => {
  writeFileSync(join(folder, 'key'), `0x${KEY}\n`)
  writeFileSync(join(folder, 'password'), 'a secret of the test\n')
  const args = ['import', '--key-file', join(folder, 'key'), '--password-file', join(folder, 'password')]
  const { code, said, answer } = await keys(args)
  expect({ code, address: answer.address }).toEqual({ code: 0, address: ADDRESS })
  expect(said + readFileSync(join(data, 'key.json'), 'utf8')).not.toContain(KEY)
})

test('the environment holds a key too', async () => {
  expect((await keys(['show'], { SLUICE_KEY: KEY })).answer.address).toBe(ADDRESS)
})

test('a key is never overwritten', async () => {
  const secret = { SLUICE_PASSWORD: 'x' }
  const { answer } = await keys(['new'], secret)
  expect((await keys(['new'], secret)).answer.error.code).toBe('KEY_EXISTS')
  expect((await keys(['show'])).answer.address).toBe(answer.address)
})

test.each([
  [['show'], 'KEY_MISSING'],
  [['new'], 'PASSWORD_MISSING'],
  [['new', '--password-file', '/nowhere/password'], 'FILE_UNREADABLE'],
  [['import', '--key-file', '/nowhere/key'], 'FILE_UNREADABLE'],
  [['import'], 'VALUE_MISSING'],
])('%j without what it needs says %s', async (args, code) => {
  const failed = await keys(args)
  expect(failed).toMatchObject({ code: 2, answer: { error: { code } } })
})

test('what is no key is refused without being shown', async () => {
  writeFileSync(join(folder, 'key'), `${KEY}0`)
  const { said, answer } = await keys(['import', '--key-file', join(folder, 'key')])
  expect(answer.error.code).toBe('FILE_UNREADABLE')
  expect(said).not.toContain(KEY)
})
