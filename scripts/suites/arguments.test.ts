import { expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'
import type { Suite } from './suite.ts'

function suite(name: string, takesPaths: boolean, isPresent = true): Suite {
  return { name, takesPaths, isPresent, run: async () => ({ passed: 1, failed: 0 }) }
}

const unit = suite('unit', true)
const contracts = suite('contracts', false)
const absent = suite('integration', true, false)
const suites = [unit, contracts, absent]

test('without arguments, every suite that is there runs', () => {
  expect(parseArguments(suites, [])).toEqual({ chosen: [unit, contracts], args: [] })
})

test('a name chooses its suite and the rest goes to its runner', () => {
  expect(parseArguments(suites, ['contracts', '--match-test', 'x'])).toEqual({
    chosen: [contracts],
    args: ['--match-test', 'x'],
  })
})

test('a suite asked for by name is run even where it is not there, so that it fails', () => {
  expect(parseArguments(suites, ['integration']).chosen).toEqual([absent])
})

test('a path goes to the suites that take paths', () => {
  const { chosen, args } = parseArguments(suites, ['packages/engine'])
  expect(chosen).toEqual([unit])
  expect(args).toContain('packages/engine')
})
