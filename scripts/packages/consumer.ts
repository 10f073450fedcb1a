import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { npm } from './npm.ts'
import { once } from './once.ts'
import { packAll, type Tarball } from './pack.ts'
import { temporaryFolder } from './temporary.ts'

/** A project outside of the repository that installed the packages from their tarballs, as an app does. */
export interface Consumer {
  /** Absolute. */
  readonly folder: string
  /** Writes a file of the project. Returns its absolute path. */
  write(path: string, text: string): string
}

/** What a consumer compiles and bundles with. Node's types are there for who names them. */
const TOOLS = {
  '@types/express': '^5.0.6',
  '@types/node': '^24.19.2',
  '@x402/express': '^2.27.0',
  '@x402/fetch': '^2.27.0',
  esbuild: '^0.28.2',
  express: '^5.3.0',
  mppx: '^0.11.0',
  typescript: '~7.0.2',
  'typescript-5.9': 'npm:typescript@~5.9.3',
  vite: '^8.3.8',
}

/** Every package that is published, built and packed, once for all checks. */
export const packed = once(async (): Promise<Tarball[]> => packAll(temporaryFolder()))

async function install(): Promise<Consumer> {
  const folder = temporaryFolder()
  const tarballs = (await packed()).map(({ name, tarball }) => [name, `file:${tarball}`])
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(tarballs),
    devDependencies: TOOLS,
    // What viem asks of mppx, which it can do without, is newer than any that there is.
    overrides: { viem: { mppx: '^0.11.0' } },
  }
  const write = (path: string, text: string): string => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  write('package.json', JSON.stringify(manifest))
  await npm(['install', '--no-package-lock'], folder)
  return { folder, write }
}

/** The project that installed every package, once for all checks. */
export const consumer = once(install)
