// npm writes into the lock file only those optional packages that its registry carries, and `npm ci` refuses a lock file that lacks
// one. Where a registry mirrors a part of npm, the packages for other platforms are missing: they are added here by what their names tell.

import type { LockedPackage } from './lock-file.ts'

type Entries = Readonly<Record<string, LockedPackage>>

/** As names of packages tell them, and as npm calls them. The first that fits counts. */
const systems = { darwin: /darwin/, win32: /win32|windows/, android: /android/, freebsd: /freebsd/, linux: /linux/ }
const otherSystems = { netbsd: /netbsd/, openbsd: /openbsd/, openharmony: /openharmony/, sunos: /sunos/, aix: /aix/ }
const processors = { arm64: /arm64|aarch64/, x64: /x64|amd64/, ia32: /ia32/, ppc64: /ppc64/, riscv64: /riscv64/ }
const otherProcessors = { s390x: /s390x/, loong64: /loong64/, mips64el: /mips64el/, arm: /arm/ }

/**
 * Adds the optional packages that a lock file lacks.
 *
 * @param lock - Text of package-lock.json.
 * @returns The text with an entry for each, and the names of those added. Their contents have no hash here: npm adds that where it
 *   installs one.
 * @throws Error if a name does not tell for which platform a package is.
 */
export function completeLock(lock: string): { readonly text: string; readonly added: readonly string[] } {
  const parsed = JSON.parse(lock) as { packages: Entries }
  const missing = Object.entries(parsed.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isThere(parsed.packages, path, name))
      .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, entry)] as const),
  )
  if (missing.length === 0) return { text: lock, added: [] }
  const all = Object.entries({ ...parsed.packages, ...Object.fromEntries(missing) })
  const packages = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)))
  const added = missing.map(([path]) => path.slice('node_modules/'.length))
  return { text: `${JSON.stringify({ ...parsed, packages }, null, 2)}\n`, added }
}

/** As Node.js looks for a package: from the folder of who asks, upwards. */
function isThere(packages: Entries, from: string, name: string): boolean {
  if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`] !== undefined) return true
  if (from === '') return false
  return isThere(
    packages,
    from.includes('/node_modules/') ? from.replace(/\/node_modules\/(?!.*\/node_modules\/).*$/, '') : '',
    name,
  )
}

function entryOf(name: string, version: string, { dev, license }: LockedPackage): LockedPackage {
  const os = fitting({ ...systems, ...otherSystems }, name)
  const cpu = fitting({ ...processors, ...otherProcessors }, name)
  return {
    version,
    cpu: [cpu],
    ...(dev === undefined ? {} : { dev }),
    ...(/musl/.test(name) ? { libc: ['musl'] } : {}),
    ...(license === undefined ? {} : { license }),
    optional: true,
    os: [os],
  }
}

function fitting(kinds: Readonly<Record<string, RegExp>>, name: string): string {
  const [kind] = Object.entries(kinds).find(([, pattern]) => pattern.test(name)) ?? []
  if (kind === undefined) throw new Error(`${name} does not tell its platform: add it to package-lock.json by hand`)
  return kind
}
