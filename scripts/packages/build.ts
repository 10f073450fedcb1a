import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'tsdown'
import { root } from '../process/workspaces.ts'
import { MODULES, modulesOf, publishedManifest } from './manifest.ts'
import { type PublishedPackage, readManifest } from './published.ts'

/** Test helpers that are part of a published entry, from a package that does not publish them. */
const BUNDLED = ['@sluice/protocol/testing']

/** What every package carries beside its modules, and from where. */
function accompanying(folder: string): readonly string[] {
  const shared = ['LICENSE-MIT', 'LICENSE-APACHE'].map((name) => join(root, name))
  const own = ['README.md', 'CHANGELOG.md'].map((name) => join(root, folder, name))
  return [...shared, ...own.filter((path) => existsSync(path))]
}

/** The files of a folder, relative to the root, as git knows them: nothing that a build or an install left there. */
function filesOf(folder: string): readonly string[] {
  const command = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', folder]
  const listed = execFileSync('git', command, { cwd: root, encoding: 'utf8' })
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}

/** Copies what a package carries of other folders: the packages in them, whole. */
function carryFolders({ manifest, built }: PublishedPackage): void {
  for (const [name, source] of Object.entries(manifest.publishConfig?.carries ?? {})) {
    const packages = globSync(`${source}/*/package.json`, { cwd: root }).map(dirname)
    for (const path of packages.flatMap(filesOf)) cpSync(join(root, path), join(built, name, relative(source, path)))
  }
}

/** Declarations are made of all that a tsconfig names: the entries, and with them what they import. */
function writeConfig({ built, folder, manifest }: PublishedPackage): string {
  const path = join(built, 'tsconfig.json')
  const files = Object.values(modulesOf(manifest)).map((source) => join(root, folder, source))
  mkdirSync(built, { recursive: true })
  writeFileSync(path, JSON.stringify({ extends: join(root, 'tsconfig.build.json'), files }))
  return path
}

async function buildModules(published: PublishedPackage): Promise<void> {
  const { folder, manifest, built } = published
  await build({
    config: false,
    cwd: join(root, folder),
    entry: { ...modulesOf(manifest) },
    outDir: join(built, MODULES),
    tsconfig: writeConfig(published),
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    fixedExtension: false,
    hash: false,
    // A module a file: bundlers leave out what is not imported, and load later what is imported later.
    unbundle: true,
    sourcemap: true,
    dts: { sourcemap: false },
    deps: {
      alwaysBundle: BUNDLED,
      onlyBundle: [],
      // What a package imports it must also install.
      onlyImport: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    },
    report: false,
    checks: { pluginTimings: false },
    failOnWarn: true,
    // Until TypeScript 7.1 is out, declarations come from its command rather than from its interface.
    suppressWarnings: /`tsgo` generator on TypeScript 7\.0 is deprecated/,
    logLevel: 'warn',
  })
}

/**
 * Builds a package into the folder that it is published from: ES modules with declarations and source maps, its package.json, licences and
 * README.
 *
 * @throws Error if a source does not compile, or imports what its package.json does not name.
 */
export async function buildPackage(published: PublishedPackage): Promise<void> {
  const { folder, manifest, built } = published
  rmSync(built, { recursive: true, force: true })
  await buildModules(published)
  rmSync(join(built, 'tsconfig.json'))
  for (const path of accompanying(folder)) cpSync(path, join(built, path.slice(path.lastIndexOf('/') + 1)))
  carryFolders(published)
  const written = publishedManifest(manifest, folder, readManifest('.').repository)
  writeFileSync(join(built, 'package.json'), `${JSON.stringify(written, null, 2)}\n`)
}
