import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../process/workspaces.ts'
import { completeLock } from './optional-packages.ts'

const lockOf = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages })
const tool = { version: '2.0.0', dev: true, license: 'MIT' }

test('what a registry did not carry is added by what its name tells', () => {
  const optionalDependencies = { 'tool-linux-x64-musl': '2.0.0', '@tool/win32-arm64': '2.0.0', 'tool-here': '2.0.0' }
  const lock = lockOf({
    '': {},
    'node_modules/tool': { ...tool, optionalDependencies },
    'node_modules/tool-here': { version: '2.0.0', optional: true },
  })
  const { text, added } = completeLock(lock)
  expect(added).toEqual(['tool-linux-x64-musl', '@tool/win32-arm64'])
  expect(JSON.parse(text)).toEqual({
    lockfileVersion: 3,
    packages: {
      ...JSON.parse(lock).packages,
      'node_modules/tool-linux-x64-musl': { ...tool, optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
      'node_modules/@tool/win32-arm64': { ...tool, optional: true, os: ['win32'], cpu: ['arm64'] },
    },
  })
  expect(completeLock(text)).toEqual({ text, added: [] })
})

test.each([
  'a/node_modules/tool/node_modules/tool-linux-x64',
  'a/node_modules/tool-linux-x64',
  'node_modules/tool-linux-x64',
])('nothing is added to what is found at %s', (path) => {
  const optionalDependencies = { 'tool-linux-x64': '2.0.0' }
  const lock = lockOf({ 'a/node_modules/tool': { ...tool, optionalDependencies }, [path]: { version: '2.0.0' } })
  expect(completeLock(lock)).toEqual({ text: lock, added: [] })
})

test('a package of which nothing is known is left to people', () => {
  const lock = lockOf({ 'node_modules/tool': { ...tool, optionalDependencies: { mystery: '1.0.0' } } })
  expect(() => completeLock(lock)).toThrow(/mystery/)
})

test('the lock file of this repository is complete', () => {
  expect(completeLock(readFileSync(join(root, 'package-lock.json'), 'utf8')).added).toEqual([])
})
