import { expect, test } from 'vitest'
import { readCommandLines, splitCommands } from './command-lines.ts'
import { argumentsOfSluice, judge } from './judge-commands.ts'

const ADDRESS = `0x${'12'.repeat(20)}`

test.each([
  ['./run demo # pays', [['./run', 'demo']]],
  [
    'export A=b && sluice hub --data hub &',
    [
      ['export', 'A=b'],
      ['sluice', 'hub', '--data', 'hub'],
    ],
  ],
  ['SLUICE_KEY=0x1 sluice keys show', [['sluice', 'keys', 'show']]],
  ['SLUICE_KEY=0x1', []],
  [
    `curl -H "a: b c" 'http://x/#y' | jq .`,
    [
      ['curl', '-H', 'a: b c', 'http://x/#y'],
      ['jq', '.'],
    ],
  ],
  ['sluice get http://x/ipfs/<cid> > out.json', [['sluice', 'get', 'http://x/ipfs/cid']]],
  [
    'sluice channel open --peer <signer of the hub> --token 0x80b9…',
    [['sluice', 'channel', 'open', '--peer', ADDRESS, '--token', ADDRESS]],
  ],
])('%s', (line, words) => {
  expect(splitCommands(line)).toEqual(words)
})

const block = (language: string, code: string) => ({ path: 'a.md', line: 5, language, code })

test('lines go on after a backslash, and keep their place', () => {
  const lines = readCommandLines(block('sh', 'sluice hub \\\n  --data hub\n\nsluice deploy\n'))
  expect(lines.map(({ line, words }) => [line, words.join(' ')])).toEqual([
    [5, 'sluice hub --data hub'],
    [8, 'sluice deploy'],
  ])
})

test('of a console only what is typed counts, of other code only commands of this repository', () => {
  expect(readCommandLines(block('console', '$ sluice deploy\n./run nothing\n'))).toHaveLength(1)
  expect(readCommandLines(block('', 'paid 1 FIL\n./run demo\n'))).toHaveLength(1)
  expect(readCommandLines(block('ts', './run demo\n'))).toEqual([])
})

test('the command is known however it is started', () => {
  expect(argumentsOfSluice(['npx', 'sluice', 'get', 'x'])).toEqual(['get', 'x'])
  expect(argumentsOfSluice(['./run', 'sluice', 'get'])).toEqual(['get'])
  expect(argumentsOfSluice(['sluicegate'])).toBeUndefined()
})

const commands = { demo: 'pay: [file] [--json]', sluice: '' }

test.each([
  ['./run demo film.mp4 --json'],
  ['./run sluice get --anything'],
  ['npm install @sluice/client viem'],
  ['npm install --global sluice@0.1.0'],
  ['npx tsc --noEmit'],
  ['node specs/verify.mjs'],
  ['curl --anything'],
])('%s is there', (line) => {
  expect(judge(line.split(' '), commands)).toBeUndefined()
})

test.each([
  ['./run demos', /no command demos/],
  ['./run demo --jsn', /--jsn/],
  ['npm install @sluice/clients', /@sluice\/clients/],
  ['npm create sluice-nothing', /create-sluice-nothing/],
  ['npx no-such-program', /no package/],
  ['node specs/verifier.mjs', /there is no specs\/verifier\.mjs/],
])('%s is not', (line, problem) => {
  expect(judge(line.split(' '), commands)).toMatch(problem)
})
