import type { Generated } from '../generated.ts'
import { domain } from './scene.ts'

/** A vector file: what it is about, the domain of its digests, and its cases. Integers above 32 bits are decimal strings. */
export function vectorFile(name: string, about: string, cases: readonly object[]): Generated {
  const content = { about, domain: { name: 'Sluice', version: '1', ...domain }, cases }
  const text = JSON.stringify(content, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2)
  return { path: `specs/vectors/${name}.json`, text: `${text}\n` }
}
