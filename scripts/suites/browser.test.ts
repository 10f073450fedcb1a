import { expect, test } from 'vitest'
import { browserAbsence } from './browser.ts'

test('a browser is looked for on the path, or where it is said to be', () => {
  const [path, name] = [process.execPath.replace(/[^/]*$/, ''), process.execPath.replace(/.*\//, '')]
  expect(browserAbsence({ PATH: `/nowhere:${path}`, SLUICE_CHROMIUM: name })).toBeUndefined()
  expect(browserAbsence({ SLUICE_CHROMIUM: process.execPath })).toBeUndefined()
  expect(browserAbsence({ PATH: '/nowhere' })).toContain('there is no chromium')
  expect(browserAbsence({ PATH: path, SLUICE_CHROMIUM: '/nowhere/chrome' })).toContain('/nowhere/chrome')
})

test('in CI the tests run in any case, so that a missing browser fails', () => {
  expect(browserAbsence({ CI: 'true', PATH: '/nowhere' })).toBeUndefined()
})
