import { expect, test } from 'vitest'
import { compareSkeletons, skeletonOf } from './translation.ts'

const english = `# Title

[中文](README.zh-CN.md)

    ./run demo   # shows it

## Part

Takes 750 MB and \`./run check\`, see [here](docs/users.md).

\`\`\`mermaid
graph LR
  a[payer] --> b
\`\`\`

\`\`\`
44.3 MB
\`\`\`
`
const chinese = english
  .replace('[中文](README.zh-CN.md)', '[English](README.md)')
  .replace('# shows it', '# 演示')
  .replace(
    'Takes 750 MB and `./run check`, see [here](docs/users.md).',
    '见[这里](docs/users.md)：`./run check`，750 MB。',
  )
  .replace('payer', '付款方')

const compare = (translation: string) => compareSkeletons(skeletonOf(english), skeletonOf(translation))

test('a translation may put its words as it likes', () => {
  expect(chinese).not.toBe(english)
  expect(compare(chinese)).toEqual([])
})

test.each([
  ['a figure', ['750', '740'], [/lacks of the figures: 750/, /has not among its figures: 740/]],
  [
    'a command',
    ['./run demo ', './run demos '],
    [/lacks of the code: \.\/run demo$/, /has not among its code: \.\/run demos$/],
  ],
  ['an output', ['44.3', '44.4'], [/lacks of the code: 44\.3/, /has not among its code: 44\.4/]],
  ['a heading', ['## Part', '### Part'], [/lacks of the headings: ##/, /has not among its headings: ###/]],
  ['a link', ['docs/users.md', 'docs/errors.md'], [/lacks of the links/, /has not among its links/]],
  ['a piece of code', ['`./run check`', '`./run test`'], [/lacks of the spans/, /has not among its spans/]],
  [
    'a line of a diagram',
    ['  a[', '  c --> d\n  a['],
    [/lacks of the code: a diagram/, /has not among its code: a diagram/],
  ],
] as const)('%s that differs is told', (_, [from, to], findings) => {
  expect(compare(chinese.replace(from, to))).toEqual(findings.map((finding) => expect.stringMatching(finding)))
})

test('headings in another order are told', () => {
  const page = (levels: string[]) => skeletonOf(levels.map((level) => `${level} x\n`).join('\n'))
  expect(compareSkeletons(page(['#', '##', '###']), page(['#', '###', '##']))).toEqual([
    'README.zh-CN.md has its headings in another order',
  ])
})
