/** One package of a lock file, as far as it is looked at here. */
export interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
}

/**
 * Whether the tree that npm says it installed is the one that the lock file asks for.
 * @param lock text of package-lock.json
 * @param installed text of node_modules/.package-lock.json, undefined when nothing is installed
 */
export function isInstalled(lock: string, installed: string | undefined): boolean {
  if (installed === undefined) return false
  const wanted = packagesOf(lock)
  const found = packagesOf(installed)
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true
    const there = found[path]
    return there === undefined ? mayBeAbsent(entry) : isSame(entry, there)
  })
}

function packagesOf(text: string): Readonly<Record<string, LockedPackage>> {
  return JSON.parse(text).packages
}

function isSame(a: LockedPackage, b: LockedPackage): boolean {
  if (a.version === undefined) return b.version === undefined && a.resolved === b.resolved
  // `./run lock` writes entries without a hash; npm writes the hash of what it installed
  return a.version === b.version && (a.integrity === undefined || a.integrity === b.integrity)
}

/** npm leaves out optional packages of other platforms; one made for this platform is needed (compilers, natives). */
function mayBeAbsent({ optional, os, cpu, libc }: LockedPackage): boolean {
  if (optional !== true) return false
  const isMadeForThis = os?.includes(process.platform) === true && cpu?.includes(process.arch) === true
  return !isMadeForThis || (libc !== undefined && !libc.includes(libcOfThis()))
}

function libcOfThis(): string {
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}
