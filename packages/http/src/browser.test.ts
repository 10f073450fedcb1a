import { expect, it } from 'vitest'
import { nodeOnly } from './testing/node-only.ts'

it('runs in browsers: the core uses nothing of Node.js', () => {
  const { sources, found } = nodeOnly(import.meta.dirname)
  expect(sources).toContain('gate/gate.ts')
  expect(found).toEqual([])
})
