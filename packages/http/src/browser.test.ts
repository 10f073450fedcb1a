import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** What a browser has not, in the sources outside node/ and testing/. */
function nodeOnly(source: string): string[] {
  const root = join(import.meta.dirname, source)
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const core = names.filter((name) => /\.ts$/.test(name) && !/\.test\.ts$|^node\/|^testing\//.test(name))
  expect(core.length).toBeGreaterThan(5)
  return core.filter((name) =>
    /from 'node:|\b(?:Buffer|process|__dirname)\b[.(]/.test(readFileSync(join(root, name), 'utf8')),
  )
}

it.each(['.', '../../retrieval/src'])('the core in %s runs in browsers: it uses nothing of Node.js', (source) => {
  expect(nodeOnly(source)).toEqual([])
})
