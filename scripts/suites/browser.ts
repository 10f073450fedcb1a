import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Why the tests in a browser cannot run here; undefined if they can. Where SLUICE_CHROMIUM names a browser they run in any case,
 * and fail if it is missing.
 */
export function browserAbsence(environment: Environment = process.env): string | undefined {
  if (environment.SLUICE_CHROMIUM !== undefined) return undefined
  const folders = (environment.PATH ?? '').split(delimiter)
  if (folders.some((folder) => existsSync(join(folder, 'chromium')))) return undefined
  return "there is no chromium: install Debian's package of that name, or name a Chromium or Chrome in SLUICE_CHROMIUM"
}
