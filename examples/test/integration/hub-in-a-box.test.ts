import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'

it('forwards what a buyer pays a seller, shows what the hub earned, and ends at Ctrl-C', async () => {
  await using example = startExample('hub-in-a-box')
  const [, received, sent, earned] = await example.says(/^\s+2\s+\d+\s+([\d.]+) nFIL\s+([\d.]+) nFIL\s+([\d.]+) nFIL/m)
  expect(Number(received)).toBeGreaterThan(Number(sent))
  // Twice one nanoFIL, and a thousandth.
  expect(Number(earned)).toBeCloseTo(2 + Number(sent) / 1000, 1)
  expect(Number(received) - Number(sent)).toBeCloseTo(Number(earned), 1)
  await example.interrupt()
})
