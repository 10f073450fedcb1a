import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a node keeps all it has unless told otherwise. */
export function defaultDataFolder(): string {
  return join(homedir(), '.sluice')
}
