import { expect, test } from 'vitest'
import { findSamples } from './samples.ts'

const block = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\`\n`

test('finds the programs of a page, not its parts and other languages', () => {
  const program = "import { a } from 'b'\n\na()"
  const page = ['# Title', block('sh', 'import x'), block('ts', program), block('ts', 'a()'), block('tsx', program)]
  expect(findSamples(page.join('\n'))).toEqual([
    { language: 'ts', code: `${program}\n` },
    { language: 'tsx', code: `${program}\n` },
  ])
})
