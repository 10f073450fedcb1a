import { rules } from './rules.ts'
import { scopeOf, scopes } from './scopes.ts'

/** Scopes that are through in seconds together. */
export const shortScopes = [
  scopeOf('pair', 'A'),
  scopeOf('pair', 'B'),
  scopeOf('line', 'AH'),
  scopeOf('line', 'HB'),
  scopeOf('line', 'AB'),
]

/** Rules whose absence is found in seconds. */
export const shortRules = rules
export { scopes }
