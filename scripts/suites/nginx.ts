import { existsSync } from 'node:fs'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Debian has nginx where users' PATH does not look. */
const BESIDE = ['/usr/sbin']

/** Why the tests behind nginx can not run here; undefined where they can. */
export function nginxAbsence(
  environment: Environment = process.env,
  beside: readonly string[] = BESIDE,
): string | undefined {
  const folders = (environment.PATH ?? '').split(':').filter((folder) => folder !== '')
  const isThere = (name: string, also: readonly string[] = []) =>
    [...folders, ...also].some((folder) => existsSync(join(folder, name)))
  const isNginx = environment.SLUICE_NGINX !== undefined || isThere('nginx', beside)
  if (isNginx && isThere('openssl')) return undefined
  const missing = isNginx ? 'openssl' : 'nginx'
  return `there is no ${missing}: install Debian's packages nginx-light and openssl, or name an nginx in SLUICE_NGINX`
}
