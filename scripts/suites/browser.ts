import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Why the tests in a browser cannot run here; undefined if they can. In CI they have to: there a browser that is missing is a failure.
 */
export function browserAbsence(environment: Environment = process.env): string | undefined {
  if (environment.CI === 'true') return undefined
  const command = environment.SLUICE_CHROMIUM ?? 'chromium'
  const folders = command.includes('/') ? [''] : (environment.PATH ?? '').split(delimiter)
  if (folders.some((folder) => existsSync(join(folder, command)))) return undefined
  return `there is no ${command}: install Debian's package chromium, or name a Chromium or Chrome in SLUICE_CHROMIUM`
}
