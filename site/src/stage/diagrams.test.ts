import { expect, test } from 'vitest'
import { drawDiagrams } from './diagrams.ts'

const page =
  '# Title\n\n## Phases\n\n```mermaid\nstateDiagram-v2\n  [*] --> open\n  open --> closed: closes\n```\n\nAfter.\n'

test('a diagram is drawn without asking another host for anything', () => {
  const drawn = drawDiagrams(page + page)
  expect(drawn).not.toContain('mermaid')
  expect(drawn).not.toMatch(/@import|https?:\/\/(?!www\.w3\.org)/)
  expect(drawn).toContain('aria-label="Diagram: Phases"')
  expect(drawn).toMatch(/>closes</)
  expect(drawn).toContain('\n\nAfter.')
})

test('ids differ between the diagrams of a page, and no blank line ends their HTML', () => {
  const drawn = drawDiagrams(page + page)
  const ids = Array.from(drawn.matchAll(/\bid="([^"]+)"/g), ([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, id] of drawn.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
  for (const [figure] of drawn.matchAll(/<figure[\s\S]*?<\/figure>/g)) expect(figure).not.toMatch(/\n\s*\n/)
})

test('a diagram that cannot be drawn stops the build', () => {
  expect(() => drawDiagrams('```mermaid\nnonsense\n```\n')).toThrow()
})
