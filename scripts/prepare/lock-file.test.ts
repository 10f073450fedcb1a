import { expect, test } from 'vitest'
import { isInstalled } from './lock-file.ts'

const left = { version: '1.0.0', integrity: 'sha512-left' }
const native = {
  version: '1.0.0',
  integrity: 'sha512-native',
  optional: true,
  os: [process.platform],
  cpu: [process.arch],
}

function lock(packages: object): string {
  return JSON.stringify({ packages: { '': { name: 'root' }, 'packages/own': { version: '0.1.0' }, ...packages } })
}

test('a tree with every locked package is installed', () => {
  const packages = { 'node_modules/left': left, 'packages/own/node_modules/left': { ...left, version: '2.0.0' } }
  expect(isInstalled(lock(packages), lock(packages))).toBe(true)
})

test('nothing installed is not', () => {
  expect(isInstalled(lock({}), undefined)).toBe(false)
})

test.each([
  ['missing', {}],
  ['of another version', { 'node_modules/left': { ...left, version: '1.0.1' } }],
  ['of another content', { 'node_modules/left': { ...left, integrity: 'sha512-other' } }],
])('a tree with a package %s is not', (_, found) => {
  expect(isInstalled(lock({ 'node_modules/left': left }), lock(found))).toBe(false)
})

test('a package whose content the lock file does not know is, whatever it holds', () => {
  const { integrity: _, ...unknown } = native
  expect(isInstalled(lock({ 'node_modules/native': unknown }), lock({ 'node_modules/native': native }))).toBe(true)
  const other = { ...native, version: '1.0.1' }
  expect(isInstalled(lock({ 'node_modules/native': unknown }), lock({ 'node_modules/native': other }))).toBe(false)
})

test('an optional package may be absent when it is made for another platform, never when it is made for this one', () => {
  const foreign = { ...native, os: ['another'] }
  expect(isInstalled(lock({ 'node_modules/native': foreign }), lock({}))).toBe(true)
  expect(isInstalled(lock({ 'node_modules/native': native }), lock({}))).toBe(false)
})

test('an optional package for another C library may be absent', () => {
  const foreign = { ...native, libc: ['another'] }
  expect(isInstalled(lock({ 'node_modules/native': foreign }), lock({}))).toBe(true)
})
