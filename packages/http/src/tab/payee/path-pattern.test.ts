import { describe, expect, it } from 'vitest'
import { canonicalPath, isPathPattern, pathPattern } from './path-pattern.ts'

describe('a path is read as any server may read it', () => {
  it.each([
    ['/paid/x', '/paid/x'],
    ['/PAID/X', '/paid/x'],
    ['//paid///x/', '/paid/x'],
    ['/p%61id/x', '/paid/x'],
    ['/free/..%2fpaid/x', '/paid/x'],
    ['/paid%2Fx', '/paid/x'],
    ['/free\\..\\paid/x', '/paid/x'],
    ['/paid;jsessionid=1/x;y', '/paid/x'],
    ['/./paid/./x', '/paid/x'],
    ['/../../paid/x', '/paid/x'],
    ['/a%ff%2fb', '/a%ff%2fb'],
    ['/', '/'],
    ['', '/'],
  ])('%s as %s', (path, canonical) => expect(canonicalPath(path)).toBe(canonical))
})

describe('a pattern', () => {
  it.each([
    ['/v1/chat', '/v1/chat', true],
    ['/v1/chat', '/v1/chat/', true],
    ['/v1/chat', '/v1/chats', false],
    ['/v1/*', '/v1/a/b', true],
    ['/v1/*', '/v1', true],
    ['/v1/*', '/v2/a', false],
    ['/film*', '/film.mp4', true],
    ['/film*', '/films/one', true],
    ['/film*', '/other', false],
    ['/*/chat', '/v1/chat', true],
    ['/*/chat', '/v1/b/chat', false],
    ['/films/*.mp4', '/films/one.mp4', true],
    ['/films/*.mp4', '/films/one.webm', false],
    ['/a*a', '/a', false],
    ['/*', '/', true],
    ['/*', '/any/thing', true],
  ])('%s for %s: %s', (pattern, path, fits) => expect(pathPattern(pattern)(path)).toBe(fits))

  it.each(['v1', '', '/a**b', '/*a*'])('is not %s', (text) => expect(isPathPattern(text)).toBe(false))
})
