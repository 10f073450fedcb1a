import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'

it('sells by the call, the second and the token on one virtual channel, and all money is where it should be', async () => {
  await using example = startExample('paid-web')
  const [, url = ''] = await example.says(/curl -i (\S+)/)
  expect(example.said()).toContain('20 calls of an API         20 nanoFIL')
  expect(example.said()).toContain('60 tokens of a model       6 nanoFIL')
  expect(example.said()).toContain('on 1 virtual channel')
  expect(example.said()).toContain('all that was charged arrived, and all else came back: 4 transactions.')
  expect((await fetch(url)).status).toBe(402)
  await example.interrupt()
})
