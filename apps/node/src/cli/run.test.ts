import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProtocolError } from '@sluice/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CommandSpec, defineCommand } from './command.ts'
import { defaulted, flagOnly, optional, required, toggle } from './options.ts'
import { amount, path, wholeNumber } from './parse.ts'
import { runCommandLine } from './run.ts'

let folder: string
let seen: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
  seen = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const shared = { json: toggle('json'), config: flagOnly(optional('file', 'configuration', path)) }

function specs(): readonly CommandSpec[] {
  return [
    defineCommand({
      name: 'channel open',
      summary: 'open a channel',
      description: 'Opens a channel.',
      arguments: [{ name: 'peer', description: 'the peer' }],
      options: {
        ...shared,
        data: defaulted('folder', 'data', path, folder),
        deposit: required('amount', 'how much', amount),
        hops: defaulted('number', 'how many', wholeNumber(0, 9), '1'),
        fast: toggle('be quick'),
      },
      examples: ['sluice channel open x --deposit 1FIL'],
      run: async ({ output }, values, args) => {
        seen.push({ ...values, args })
        output.result({ deposit: values.deposit }, `opened with ${values.deposit}`)
      },
    }),
    defineCommand({
      name: 'stuck',
      summary: 'never end',
      description: 'Never ends.',
      arguments: [],
      options: shared,
      examples: ['sluice stuck'],
      endsWithin: 10,
      run: () => new Promise(() => {}),
    }),
    defineCommand({
      name: 'fail',
      summary: 'fail',
      description: 'Fails.',
      arguments: [],
      options: shared,
      examples: ['sluice fail'],
      run: async () => {
        throw new ProtocolError('LANE_OVERSPENT', { needed: 3n, spendable: 2n })
      },
    }),
  ]
}

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
  { signal } = new AbortController(),
): Promise<Outcome> {
  let [out, err] = ['', '']
  const streams = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    bytes: async () => true,
    errIsTerminal: false,
    columns: 80,
  }
  const code = await runCommandLine(
    { args, environment: { SLUICE_DATA: folder, ...environment }, streams, signal, version: '1.2.3' },
    specs(),
  )
  return { code, out, err }
}

test('a command gets its arguments and its values, read', async () => {
  expect(await run(['channel', 'open', 'p', '--deposit', '2nFIL'])).toMatchObject({ code: 0, err: '' })
  expect(seen).toEqual([expect.objectContaining({ args: ['p'], deposit: 2_000_000_000n, hops: 1, fast: false })])
})

test('the command line beats the environment, which beats the file, which beats the default', async () => {
  writeFileSync(join(folder, 'config.json'), '{"deposit":"1","hops":3,"fast":true}')
  const environment = { SLUICE_HOPS: '4' }
  await run(['channel', 'open', 'p'])
  await run(['channel', 'open', 'p'], environment)
  await run(['channel', 'open', 'p', '--hops', '5'], environment)
  expect(seen).toMatchObject([{ hops: 3, fast: true, deposit: 1n }, { hops: 4 }, { hops: 5 }])
})

test.each([
  ['{"depositt":"1"}', 'CONFIG_KEY_UNKNOWN'],
  ['[]', 'CONFIG_UNREADABLE'],
  ['{', 'CONFIG_UNREADABLE'],
  ['{"deposit":1e30}', 'CONFIG_UNREADABLE'],
])('a configuration of %s is refused', async (config, code) => {
  writeFileSync(join(folder, 'config.json'), config)
  const outcome = await run(['channel', 'open', 'p', '--deposit', '1'])
  expect(outcome).toMatchObject({ code: 2, out: '' })
  expect(outcome.err).toContain(code)
  expect(seen).toEqual([])
})

test.each([
  [['channel', 'open', 'p'], 'VALUE_MISSING'],
  [['channel', 'open', 'p', '--deposit', 'much'], 'VALUE_INVALID'],
  [['channel', 'open'], 'USAGE'],
  [['channel', 'open', 'p', 'q', '--deposit', '1'], 'USAGE'],
  [['channel', 'open', 'p', '--deposit', '1', '--speed', '2'], 'USAGE'],
  [['nothing'], 'USAGE'],
])('%j ends with code 2 and one line', async (args, code) => {
  const { code: exit, err, out } = await run(args)
  expect(exit).toBe(2)
  expect(err).toContain(code)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  expect(out).toBe('')
})

test('an error of a lower layer shows its message, what to do and its code', async () => {
  const { code, err } = await run(['fail'])
  expect(code).toBe(4)
  expect(err).toBe(
    'sluice: the update spends 3, and 2 is spendable. Deposit more, or wait for income to be countersigned. [LANE_OVERSPENT]\n',
  )
})

test('with --json the error is an object on standard output', async () => {
  const { code, out, err } = await run(['fail', '--json'])
  expect({ code, err }).toEqual({ code: 4, err: '' })
  expect(JSON.parse(out)).toEqual({
    error: expect.objectContaining({ code: 'LANE_OVERSPENT', details: { needed: '3', spendable: '2' } }),
  })
})

test('every command has help with its options and examples', async () => {
  const { code, out } = await run(['channel', 'open', '--help'])
  expect(code).toBe(0)
  for (const part of ['--deposit <amount>', 'default: 1', 'sluice channel open x --deposit 1FIL'])
    expect(out).toContain(part)
  const whole = await run(['--help'])
  expect(whole.out).toContain('Exit codes:')
  expect((await run(['--version'])).out).toBe('1.2.3\n')
})

test('a group without a command shows its help', async () => {
  const { code, err } = await run(['channel'])
  expect(code).toBe(2)
  expect(err).toContain('open a channel')
})

test('a command that does not end by itself is ended once it is interrupted', async () => {
  const control = new AbortController()
  const running = run(['stuck', '--json'], {}, control)
  control.abort()
  const { code, out } = await running
  expect(code).toBe(130)
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'INTERRUPTED' } })
})
