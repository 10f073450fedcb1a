import { expect, test } from 'vitest'
import { isRunnable, judgePrograms, runPrograms } from './programs.ts'

const block = (code: string) => ({ path: 'a.md', line: 10, language: 'ts', code })
const program = "import { formatBytes } from './x.ts'\n"

test('programs and parts are judged by what the public entries export', async () => {
  const findings = await judgePrograms([
    block("import { createClient, nothing } from '@sluice/client'\n\nvoid [createClient, nothing]\n"),
    block("import { hexToBytes } from '@sluice/protocol'\n\nconst a: string = hexToBytes('0x00', 1)\n"),
    block('const payer = hexToBytes(key, 32)\nhexToBytes(1)\nwhatever.this(is)\n'),
    block('const ok = hexToBytes(key, 32)\n'),
  ])
  expect(findings).toEqual([
    expect.stringMatching(/^a\.md:10 .*nothing/),
    expect.stringMatching(/^a\.md:12 .*Uint8Array.*string/),
    expect.stringMatching(/^a\.md:11 /),
  ])
}, 120_000)

test('a block may import what a page above it names', async () => {
  const setup = { ...block("export const setup = '1'\n"), path: 'docs/README.md', name: 'setup.ts' }
  const user = (path: string) => ({ ...block("import { setup } from './setup.ts'\n\nvoid setup\n"), path })
  expect(await judgePrograms([setup, user('docs/a/b.md'), user('docs/c.md'), user('specs/d.md')])).toEqual([
    expect.stringMatching(/^specs\/d\.md:10 .*setup\.ts/),
  ])
}, 120_000)

test('only what reaches nothing outside is run', () => {
  expect(isRunnable(block("import { a } from '@sluice/testing'\n"))).toBe(true)
  expect(isRunnable(block("import { a } from '@sluice/testing/local-chain'\n"))).toBe(false)
  expect(isRunnable(block("import { a } from '@sluice/protocol'\nexport const b = a\n"))).toBe(false)
  expect(isRunnable(block(program))).toBe(false)
  expect(isRunnable(block('a()\n'))).toBe(false)
})

test('a program that ends badly is told with what it said', async () => {
  const fails = block("import { hexToBytes } from '@sluice/protocol'\n\nhexToBytes('0x00', 2)\n")
  const works = block("import { hexToBytes } from '@sluice/protocol'\n\nhexToBytes('0x00', 1)\n")
  expect(await runPrograms([works, fails])).toEqual([
    expect.stringMatching(/^a\.md:10 ends with 1:[\s\S]*ProtocolError/),
  ])
})
