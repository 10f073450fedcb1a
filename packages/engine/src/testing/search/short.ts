import { rules } from './rules.ts'
import { scopeOf } from './scopes.ts'

/** Scopes that are searched to their end in seconds. */
export const shortScopes = [
  scopeOf('pair', 'A'),
  scopeOf('pair', 'B'),
  scopeOf('line', 'AH'),
  scopeOf('line', 'HB'),
  scopeOf('line', 'AB'),
  scopeOf('forgetting', 'HB'),
  scopeOf('refusals', 'HB'),
]

/** Rules whose absence takes minutes to be found. */
const slow: ReadonlySet<string> = new Set([
  'close-without-locks',
  'bound-by-close',
  'withdrawals-count',
  'largest-fold-not-newest',
  'largest-fold-not-first',
  'left-once-cleared',
  'prolonged-once-paid',
])

/** Rules whose absence is found in seconds. */
export const shortRules = rules.filter(({ name }) => !slow.has(name))
