import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, isAlive, isOpen, type World } from '../harness.ts'
import { createTriangle, type Triangle } from '../scenes.ts'

let world: World
let triangle: Triangle

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 5_000_000)
})
afterAll(() => world?.end())

test('after Ctrl-C no process and no port of a daemon is left', async () => {
  const { daemons } = triangle
  for (const daemon of Object.values(daemons)) {
    daemon.signal('SIGINT')
    expect(await daemon.ended).toMatchObject({ code: 0 })
    expect(isAlive(daemon.pid)).toBe(false)
    for (const key of ['peerUrl', 'rpcUrl', 'httpUrl', 'unpaidUrl']) {
      const url = daemon.ready[key]
      if (typeof url === 'string') expect(await isOpen(Number(new URL(url).port))).toBe(false)
    }
  }
})

/** Every process below one, by the system's own table. */
function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid)
  return children.flatMap((child) => [child, ...descendants(child)])
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

test('Ctrl-C stops the demo with everything that it started', async () => {
  const script = fileURLToPath(new URL('../../../../scripts/demo.ts', import.meta.url))
  const demo = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => demo.once('close', resolve))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    demo.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('funding two channels')) resolve()
    })
    ended.then(() => reject(new Error(`the demo ended early: ${said}`)))
  })
  const started = descendants(demo.pid ?? -1)
  expect(started.length).toBeGreaterThanOrEqual(4)
  demo.kill('SIGINT')
  expect(await ended).toBe(130)
  for (const pid of started) expect(isAlive(pid), `process ${pid} is left`).toBe(false)
})
