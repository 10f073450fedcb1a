import { expect, test } from 'vitest'
import { readGoReport } from './go-report.ts'

const event = (Action: string, Test?: string) => JSON.stringify({ Action, ...(Test === undefined ? {} : { Test }) })

test('cases are counted, and neither the functions around them, nor the checks within, nor what was skipped', () => {
  const output = [
    'go: downloading something',
    event('run', 'TestRaw'),
    event('pass', 'TestRaw/GET_%28V1%29'),
    event('fail', 'TestRaw/HEAD/Status_code'),
    event('fail', 'TestRaw/HEAD'),
    event('fail', 'TestRaw'),
    event('skip', 'TestOther/first'),
    event('pass', 'TestCar/GET'),
    event('fail'),
  ].join('\n')
  expect(readGoReport(output)).toEqual({ passed: 2, failed: 1, failures: ['TestRaw/HEAD'] })
})

test('a run without a test is no success', () => {
  expect(() => readGoReport('cannot find package')).toThrow('cannot find package')
})
