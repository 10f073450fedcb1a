import { expect, test } from 'vitest'
import { judgeLinks } from './dead-links.ts'

const files = new Set(['index.html', 'a/index.html', 'style.css', 'a.md'])
const judge = (html: string, base = '/') =>
  judgeLinks(
    [
      { path: 'a/index.html', html: `<h2 id="here">x</h2>${html}` },
      { path: 'index.html', html: '' },
    ],
    files,
    base,
  )

test.each([
  '<a href="/">home</a>',
  '<a href="#here">x</a>',
  '<a href="/a/#here">x</a>',
  '<a class="b" href="../a.md">x</a>',
  '<link rel="stylesheet" href="/style.css">',
  '<a href="https://elsewhere.example/">x</a>',
  '<a href="mailto:x@y.example">x</a>',
])('%s is there', (html) => {
  expect(judge(html)).toEqual([])
})

test.each([
  ['<a href="/b/">x</a>', /there is no b\/index\.html/],
  ['<a href="/a">x</a><a href="#gone">x</a>', /no such heading/],
  ['<a href="b/">x</a>', /there is no a\/b\/index\.html/],
  ['<script src="https://cdn.example/x.js"></script>', /from another host/],
  ['<img alt="" src="//cdn.example/x.png">', /from another host/],
  ['<link rel="stylesheet" href="https://fonts.example/x.css">', /from another host/],
])('%s is not', (html, fault) => {
  expect(judge(html)).toEqual([expect.stringMatching(fault)])
})

test('below a folder, links lead into that folder', () => {
  expect(judge('<a href="/sluice/a/">x</a>', '/sluice/')).toEqual([])
  expect(judge('<a href="/a/">x</a>', '/sluice/')).toEqual([expect.stringMatching(/outside of \/sluice\//)])
})
