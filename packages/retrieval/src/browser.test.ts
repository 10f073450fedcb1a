import { nodeOnly } from '@sluice/http/testing'
import { expect, it } from 'vitest'

it('runs in browsers: the core uses nothing of Node.js', () => {
  const { sources, found } = nodeOnly(import.meta.dirname)
  expect(sources).toContain('car/verifier.ts')
  expect(found).toEqual([])
})
