/** What of a package.json matters to whoever builds, packs or installs a package. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: {
    readonly access: string
    readonly directory?: string
    /** Folders of packages that it carries beside its modules: as what, and from where, relative to the repository's root. */
    readonly carries?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** Entries that serve this repository's own tests alone: they are neither built nor published. */
const withheld: ReadonlySet<string> = new Set([
  '@sluice/protocol/testing',
  '@sluice/http/testing',
  '@sluice/adapters/testing',
  '@sluice/adapters/testing-hostile',
])

/** Where the modules lie in a built package, beside its package.json. */
export const MODULES = 'lib'

const isSource = (path: string): boolean => path.endsWith('.ts')
const moduleOf = (entry: string): string => (entry === '.' ? 'index' : entry.slice('./'.length))

function publishedExports({ name, exports = {} }: Manifest): [string, string][] {
  return Object.entries(exports).filter(([entry]) => !withheld.has(`${name}${entry.slice(1)}`))
}

/**
 * The modules that a package is built to.
 *
 * @returns The source of each, relative to the package, by the module's name without its ending.
 */
export function modulesOf(manifest: Manifest): Readonly<Record<string, string>> {
  const entries = publishedExports(manifest).filter(([, path]) => isSource(path))
  return {
    ...Object.fromEntries(entries.map(([entry, path]) => [moduleOf(entry), path])),
    ...manifest.bin,
  }
}

/** The specifiers that a published package can be imported by. */
export function specifiersOf(manifest: Manifest): readonly string[] {
  return publishedExports(manifest)
    .filter(([, path]) => isSource(path))
    .map(([entry]) => `${manifest.name}${entry.slice(1)}`)
}

function builtExports(manifest: Manifest): Readonly<Record<string, unknown>> {
  const built = publishedExports(manifest).map(([entry, path]) => {
    const module = `./${MODULES}/${moduleOf(entry)}`
    return [entry, isSource(path) ? { types: `${module}.d.ts`, default: `${module}.js` } : path]
  })
  return Object.fromEntries(built)
}

/**
 * The package.json that is published: what names a source in the repository names what is built from it.
 *
 * @param manifest - The package's own, in the repository.
 * @param folder - The package's folder, relative to the repository's root.
 * @param repository - The address of the repository, as the root's package.json tells it; undefined where it does not.
 */
export function publishedManifest(manifest: Manifest, folder: string, repository: unknown): Manifest {
  const { private: _, scripts, devDependencies, publishConfig, exports, bin, ...kept } = manifest
  const address = typeof repository === 'string' ? { type: 'git', url: repository } : repository
  const access = publishConfig?.access
  return {
    ...kept,
    ...(address === undefined ? {} : { repository: { ...address, directory: folder } }),
    exports: builtExports(manifest) as Manifest['exports'],
    ...(bin === undefined ? {} : { bin: mapValues(bin, (_, name) => `${MODULES}/${name}.js`) }),
    ...(access === undefined ? {} : { publishConfig: { access } }),
  } as Manifest
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
