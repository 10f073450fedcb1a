import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'

it('lets an agent buy tools over MCP until its allowance is used up, and ends at Ctrl-C', async () => {
  await using example = startExample('agent')
  const [, url = ''] = await example.says(/Its tools are at (\S+)/)
  expect(example.said().match(/1 nanoFIL {2}\w+: \d+ letters/g)).toHaveLength(4)
  expect(example.said()).toContain('refused, SPENDING_RULE')
  expect(example.said()).toMatch(/The shop has 4 nanoFIL more/)
  await example.interrupt()
  await expect(fetch(url)).rejects.toThrow()
})
