import { expect, it } from 'vitest'
import { countCode } from './examples.ts'

it('counts lines of code, and neither blank ones nor comments', () => {
  const text = "// why\nimport { a } from 'a'\n\n/**\n * What it is.\n */\nexport const b = a * 2 // twice\n"
  expect(countCode(text)).toBe(2)
})
