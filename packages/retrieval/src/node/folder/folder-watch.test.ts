import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rawBlock } from '../../testing/random-dag.ts'
import { carBytes } from '../../testing/write-car.ts'
import { CarFolder } from './car-folder.ts'
import { watchFolder } from './folder-watch.ts'

const block = rawBlock(Buffer.from('comes later'))

/** A folder that is watched by timers of the test: `tick` lets the one that waits ring, and resolves when the next one waits. */
async function watched() {
  const path = await mkdtemp(join(tmpdir(), 'sluice-watch-'))
  const folder = await CarFolder.open(path)
  const waiting: { readonly milliseconds: number; readonly ring: () => void }[] = []
  let told: () => void = () => undefined
  const errors: unknown[] = []
  const stop = watchFolder(folder, {
    onError: (error) => errors.push(error),
    timers: {
      after(milliseconds, ring) {
        const timer = { milliseconds, ring }
        waiting.push(timer)
        told()
        return () => {
          const at = waiting.indexOf(timer)
          if (at >= 0) waiting.splice(at, 1)
        }
      },
    },
  })
  const planned = () =>
    new Promise<void>((resolve) => {
      told = resolve
    })
  const tick = async () => {
    const timer = waiting.shift()
    const next = planned()
    timer?.ring()
    await next
  }
  const end = async () => {
    await stop()
    await folder.close()
    await rm(path, { recursive: true, force: true })
  }
  return { path, folder, waiting, errors, tick, planned, end, stop }
}

it('looks soon after a change, until the file is whole, and then from time to time', async () => {
  const { path, folder, waiting, planned, tick, end } = await watched()
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([15_000])
  const told = planned()
  await writeFile(join(path, 'a.car'), carBytes([], [block]))
  await told
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([1_000])
  await tick()
  expect(await folder.block(block.cid)).toBeUndefined()
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([1_000])
  await tick()
  expect((await folder.block(block.cid))?.size).toBe(block.bytes.length)
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([15_000])
  await end()
  expect(waiting).toEqual([])
})

it('tells that the folder is gone, goes on, and serves again what comes back', async () => {
  const { path, folder, waiting, errors, tick, end } = await watched()
  await rm(path, { recursive: true })
  await tick()
  expect(errors).toMatchObject([{ code: 'FOLDER_UNREADABLE' }])
  expect(waiting.length).toBe(1)
  expect(folder.cars).toEqual([])
  await end()
})
