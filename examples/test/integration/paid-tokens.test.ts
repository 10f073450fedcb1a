import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'

it('sells answers by the token on one virtual channel, ends one when its buyer hangs up, and ends at Ctrl-C', async () => {
  await using example = startExample('paid-tokens')
  const [, url = ''] = await example.says(/curl -i -X POST (\S+)/)
  expect(example.said()).toContain('30 tokens heard, 4 nanoFIL charged')
  expect(example.said()).toContain('60 tokens heard, 7 nanoFIL charged')
  expect(example.said()).toContain('on 1 virtual channel')
  expect((await fetch(url, { method: 'POST' })).status).toBe(402)
  await example.interrupt()
})
