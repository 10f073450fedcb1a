import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { patched } from './patches.ts'
import { rules } from './rules.ts'
import { scopeOf } from './scopes.ts'
import { search, searchWithout } from './search.ts'
import { shortRules, shortScopes } from './short.ts'

const limits = { states: 400_000, seconds: 50 }
const packages = fileURLToPath(new URL('../../../../', import.meta.url))

describe('a search of everything that can happen', () => {
  it.each(shortScopes)('finds nothing wrong in $name against "$thieves"', async (scope) => {
    const { complete, violation, states, cut } = await search(scope, limits)
    expect(violation).toBeUndefined()
    expect(complete).toBe(true)
    expect(cut).toBe(0)
    expect(states).toBeGreaterThan(500)
  })

  it.each(shortRules)('finds an attack without $name: $about', async (rule) => {
    const { violation } = await searchWithout(rule, limits)
    expect(violation?.what).toMatch(/ends with \d+ and is owed \d+/)
    expect(violation?.trace.length).toBeGreaterThan(3)
  })

  it('takes no state twice and ends at a limit', async () => {
    const { complete, states } = await search(scopeOf('line', 'AB'), { ...limits, states: 1000 })
    expect(complete).toBe(false)
    expect(states).toBeGreaterThanOrEqual(1000)
    expect(states).toBeLessThan(1100)
  })

  it('knows no scope by another name', () => {
    expect(() => scopeOf('nowhere', 'A')).toThrow('no scope nowhere')
  })
})

describe('a rule that is taken away', () => {
  const sources = globSync('*/src/**/*.ts', { cwd: packages }).map((path) => `/${path}`)

  it.each(rules)('$name stands in the sources as the search knows it', ({ patches, scope, thieves }) => {
    for (const { file } of patches) {
      const found = sources.filter((path) => path.endsWith(file))
      expect(found, file).toHaveLength(1)
      const source = readFileSync(`${packages}${found[0]}`, 'utf8')
      expect(patched(file, source, patches)).not.toBe(source)
    }
    expect(() => scopeOf(scope, thieves)).not.toThrow()
  })

  it('is an error where the sources have changed', () => {
    const patch = { file: '/a.ts', find: 'one', replace: 'two' }
    expect(patched('/src/a.ts', 'one', [patch])).toBe('two')
    expect(patched('/src/b.ts', 'none', [patch])).toBe('none')
    expect(() => patched('/src/a.ts', 'none at all, none', [patch])).toThrow('2 times')
    expect(() => patched('/src/a.ts', 'three', [patch])).toThrow('0 times')
  })
})
