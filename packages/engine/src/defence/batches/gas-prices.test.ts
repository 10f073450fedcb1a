import { expect, it } from 'vitest'
import { GasPrices } from './gas-prices.ts'

const MINUTE = 60_000

it('the price of bad times is that of hours, however often the chain is asked', async () => {
  let [now, price] = [0, 100n]
  const prices = new GasPrices({ gasPrice: async () => price }, () => now)
  for (let minute = 0; minute < 120; minute++) {
    await prices.refresh()
    now += MINUTE
  }
  price = 1n
  for (let second = 0; second < 1_000; second++) {
    await prices.refresh()
    now += 1_000
  }
  expect(prices.newest).toBe(1n)
  expect(prices.high).toBe(100n)
  for (let minute = 0; minute < 256; minute++) {
    await prices.refresh()
    now += MINUTE
  }
  expect(prices.high).toBe(1n)
})

it('a price is that of bad times only where it lasted', async () => {
  let [now, price] = [0, 1n]
  const prices = new GasPrices({ gasPrice: async () => price }, () => now)
  const minutes = async (count: number) => {
    for (let i = 0; i < count; i++, now += MINUTE) await prices.refresh()
  }
  await minutes(100)
  price = 50n
  await minutes(5)
  expect(prices.high).toBe(1n)
  await minutes(10)
  expect(prices.high).toBe(50n)
})
