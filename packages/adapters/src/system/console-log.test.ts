import { afterEach, expect, test, vi } from 'vitest'
import { createConsoleLog } from './console-log.ts'

afterEach(() => vi.restoreAllMocks())

test('tells its own level and those above, with values that JSON does not know', () => {
  const written: unknown[] = []
  for (const name of ['debug', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, name).mockImplementation((...line) => void written.push([name, ...line]))
  }
  const log = createConsoleLog('info')
  log.debug('nothing')
  log.info('started')
  log.warn('chain.behind', { blocks: 3n })
  log.error('store.failed', { problem: new TypeError('disk full') })
  expect(written).toEqual([
    ['info', 'started'],
    ['warn', 'chain.behind {"blocks":"3"}'],
    ['error', 'store.failed {"problem":"TypeError: disk full"}'],
  ])
})

test('is quiet about what goes well unless asked', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const log = createConsoleLog()
  log.info('started')
  log.warn('late')
  expect(info).not.toHaveBeenCalled()
  expect(warn).toHaveBeenCalledWith('late')
})
