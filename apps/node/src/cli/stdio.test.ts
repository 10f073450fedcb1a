import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createStdio } from './stdio.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Runs the command with an output, and gives what it said on stderr and its exit code. */
async function run(args: readonly string[], stdout: number | 'pipe', closeAtOnce = false) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', stdout, 'pipe'] })
  if (closeAtOnce) child.stdout?.destroy()
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    said += part
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

test('a reader that leaves is no error', async () => {
  expect(await run(['--help'], 'pipe', true)).toEqual({ code: 0, said: '' })
})

/** A device that is always full: Linux has one. */
const fullDevices = ['/dev/full'].filter((path) => existsSync(path))

test('a full disk is named, in one line and without a stack', async () => {
  for (const device of fullDevices) {
    for (const args of [['--help'], ['--version'], ['get', '--help']]) {
      const { code, said } = await run(args, openSync(device, 'w'))
      expect(code).toBe(1)
      expect(said).toMatch(/^sluice: what the command did could not be printed: ENOSPC.*\[OUTPUT_LOST\]\n$/)
    }
  }
})

test('nothing more is written to an output that is lost, and a log that can not be written ends nothing', () => {
  const listeners = new Map<string, (error: Error) => void>()
  const written: string[] = []
  const stream = (name: string) => ({
    on: (_: string, listener: (error: Error) => void) => listeners.set(name, listener),
    write: (text: string) => written.push(`${name} ${text}`),
  })
  const { streams, problem } = createStdio(stream('out') as never, stream('err') as never)
  streams.out('1')
  listeners.get('out')?.(Object.assign(new Error('gone'), { code: 'EPIPE' }))
  listeners.get('err')?.(Object.assign(new Error('full'), { code: 'ENOSPC' }))
  streams.out('2')
  streams.err('3')
  expect(written).toEqual(['out 1', 'err 3'])
  expect(problem()).toBeUndefined()
})
