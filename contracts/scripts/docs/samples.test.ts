import { expect, it } from 'vitest'
import { takeSample } from './samples.ts'

const file = `import { type A, b, c } from 'one'
import { d } from 'two'

/** Helps. */
const helper = () => d()

/** A shape. */
interface Shape {
  readonly c: A
}

/** Does it. */
export async function first(shape: Shape) {
  return helper()
}

/** Does another thing. */
export const second = () => b({ c: 'd' })
`

it('takes a function with what it uses of its file, and no more imports than that needs', () => {
  expect(takeSample(file, 'first')).toBe(`import { type A } from 'one'
import { d } from 'two'

/** Helps. */
const helper = () => d()

/** A shape. */
interface Shape {
  readonly c: A
}

/** Does it. */
export async function first(shape: Shape) {
  return helper()
}`)
})

it('takes neither names of properties nor words in texts for uses', () => {
  expect(takeSample(file, 'second')).toBe(
    "import { b } from 'one'\n\n/** Does another thing. */\nexport const second = () => b({ c: 'd' })",
  )
})

it('names a sample that there is not', () => {
  expect(() => takeSample(file, 'third')).toThrow('third')
})
