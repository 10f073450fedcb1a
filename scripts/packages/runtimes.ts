import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process/workspaces.ts'
import { npm } from './npm.ts'

/** A program that runs JavaScript. */
export interface Runtime {
  readonly name: string
  /** How a file is run: the file's path follows. */
  readonly command: readonly string[]
}

interface RuntimePackage {
  readonly name: string
  /** The package of the npm registry that holds it for this platform, with its version. */
  readonly package: string
  /** Where in the package it lies. */
  readonly binary: string
  readonly args?: readonly string[]
}

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

function nodePackage(major: number): RuntimePackage {
  const name = platform === 'darwin-arm64' ? `node-bin-${platform}` : `node-${platform}`
  return { name: `Node.js ${major}`, package: `${name}@${major}`, binary: 'bin/node' }
}

const bunPackage: RuntimePackage = {
  name: 'Bun',
  package: `@oven/bun-${platform.replace('arm64', 'aarch64')}@1.4.5`,
  binary: 'bin/bun',
  args: ['run'],
}

const denoPackage: RuntimePackage = {
  name: 'Deno',
  package: `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}@2.9.6`,
  binary: 'deno',
  args: ['run', '--quiet', '--no-lock', '--no-prompt', '--node-modules-dir=manual', '--allow-read', '--allow-env'],
}

/** Puts a runtime into the repository's ignored folder of runtimes, whole or not at all, if it is not there yet. */
async function bring({ name, package: specifier, binary, args = [] }: RuntimePackage): Promise<Runtime> {
  const place = join(root, '.node', specifier.replaceAll('/', '+'))
  if (!existsSync(place)) {
    const part = `${place}.${process.pid}`
    mkdirSync(part, { recursive: true })
    await npm(['install', '--prefix', part, '--no-save', '--no-package-lock', specifier], root)
    renameSync(join(part, 'node_modules', specifier.slice(0, specifier.lastIndexOf('@'))), place)
    rmSync(part, { recursive: true })
  }
  return { name, command: [join(place, binary), ...args] }
}

/** Node.js of that major: the one that runs this, or one from the npm registry. */
export async function bringNode(major: number): Promise<Runtime> {
  const isThis = process.versions.node.startsWith(`${major}.`)
  return isThis ? { name: `Node.js ${major}`, command: [process.execPath] } : bring(nodePackage(major))
}

/** Bun, from the package that holds its program for this platform and needs no install script. */
export const bringBun = (): Promise<Runtime> => bring(bunPackage)

/** Deno, likewise. */
export const bringDeno = (): Promise<Runtime> => bring(denoPackage)
