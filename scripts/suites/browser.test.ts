import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { browserAbsence } from './browser.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-path-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a browser is looked for on the path', () => {
  expect(browserAbsence({ PATH: `/nowhere:${folder}` })).toContain('there is no chromium')
  expect(browserAbsence({})).toContain('there is no chromium')
  writeFileSync(join(folder, 'chromium'), '')
  expect(browserAbsence({ PATH: `/nowhere:${folder}` })).toBeUndefined()
})

test('the tests run with a browser that is named, so that they fail if it is missing', () => {
  expect(browserAbsence({ SLUICE_CHROMIUM: '/nowhere/chrome' })).toBeUndefined()
})
