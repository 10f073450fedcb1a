import { readFileSync } from 'node:fs'
import { type LimitName, limits, type PolicyChanges } from '@sluice/engine'
import { NodeError, problemOf } from '../errors.ts'

/**
 * Reads changes of limits from a JSON file: names as in the specification's table of limits, amounts as decimal strings.
 *
 * @throws NodeError FILE_UNREADABLE, LIMIT_UNKNOWN, LIMIT_INVALID
 */
export function readLimitsFile(path: string): PolicyChanges {
  const entries = Object.entries(parse(path)).map(([name, value]) => [name, limitValue(path, name, value)])
  return Object.fromEntries(entries)
}

function parse(path: string): object {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path, problem: problemOf(thrown) }, thrown)
  }
  throw new NodeError('FILE_UNREADABLE', { path, problem: 'it is not one JSON object' })
}

function limitValue(path: string, name: string, value: unknown): bigint | number {
  if (!Object.hasOwn(limits, name)) throw new NodeError('LIMIT_UNKNOWN', { path, name })
  const isAmount = typeof limits[name as LimitName].default === 'bigint'
  if (isAmount && typeof value === 'string' && /^\d{1,39}$/.test(value)) return BigInt(value)
  if (!isAmount && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const expected = isAmount ? 'a decimal string' : 'a whole number'
  throw new NodeError('LIMIT_INVALID', { path, name, expected })
}
