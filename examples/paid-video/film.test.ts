import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createTestNetwork, fetchFrom } from '@sluice/testing'
import { createFilm, PRICE } from './film.ts'

test('a segment costs what its bytes do, and all together with the head are the film', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createFilm(network.payee.payee))
  const film = readFileSync(new URL('film.webm', import.meta.url))
  const { times } = (await (await fetch('http://film.test/film/index')).json()) as { times: number[] }
  deepEqual(
    times,
    times.toSorted((x, y) => x - y),
  )
  const parts = [Buffer.from(await (await fetch('http://film.test/film/head')).arrayBuffer())]
  let owed = 0n
  for (const number of times.keys()) {
    const response = await network.payer.fetch(`http://film.test/film/${number}`, { maxAmount: 10n ** 11n, fetch })
    const segment = Buffer.from(await response.arrayBuffer())
    parts.push(segment)
    owed += (BigInt(segment.length) * PRICE.amount) / PRICE.per
  }
  const whole = Buffer.concat(parts)
  ok(whole.equals(film.subarray(0, whole.length)))
  await network.settled()
  equal(network.received(), owed)
})

test('a segment is not served without payment, and there are no others', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createFilm(network.payee.payee))
  equal((await fetch('http://film.test/film/3')).status, 402)
  equal((await fetch('http://film.test/film/10')).status, 404)
  equal((await fetch('http://film.test/film.webm')).status, 404)
})
