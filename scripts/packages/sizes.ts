import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { root } from '../process/workspaces.ts'

/** What a program weighs when it is bundled for browsers, minified: bytes after gzip. */
export interface Size {
  /** All that must have come before it runs. */
  readonly atOnce: number
  /** All that it may load later. */
  readonly later: number
  /** What is bundled, the heaviest first, in bytes after minifying and before gzip. */
  readonly parts: readonly Part[]
  /** What a browser would have to find elsewhere. */
  readonly missing: readonly string[]
}

/** A module, or all of a folder's. */
export interface Part {
  readonly name: string
  readonly bytes: number
  readonly isLater: boolean
}

async function bundle(program: string, entry: string): Promise<readonly OutputChunk[]> {
  const source = {
    name: 'program',
    resolveId: (id: string) => (id === entry ? id : null),
    load: (id: string) => (id === entry ? program : null),
  }
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    external: /^node:/,
    plugins: [source],
    logLevel: 'silent',
  })
  try {
    const { output } = await build.generate({ format: 'esm', minify: true })
    return output.filter((file) => file.type === 'chunk')
  } finally {
    await build.close()
  }
}

/** The chunks that come before the entry runs: itself, and what is imported from there other than by `import()`. */
function findAtOnce(chunks: readonly OutputChunk[]): ReadonlySet<OutputChunk> {
  const found = new Set<OutputChunk>()
  const visit = (chunk: OutputChunk | undefined): void => {
    if (chunk === undefined || found.has(chunk)) return
    found.add(chunk)
    for (const name of chunk.imports) visit(chunks.find(({ fileName }) => fileName === name))
  }
  visit(chunks.find(({ isEntry }) => isEntry))
  return found
}

/** The bundler counts modules before minifying: each has its share of the chunk. */
function partsOf(chunk: OutputChunk, isLater: boolean): Part[] {
  const modules = Object.entries(chunk.modules)
  const rendered = modules.reduce((sum, [, { renderedLength }]) => sum + renderedLength, 0)
  return modules.map(([id, { renderedLength }]) => ({
    name: nameOf(id),
    bytes: Math.round((renderedLength / Math.max(1, rendered)) * chunk.code.length),
    isLater,
  }))
}

const nameOf = (id: string): string => id.replace(`${root}/`, '').replace(/^.*node_modules\//, '')

const gzipped = (chunks: readonly OutputChunk[]): number =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)

/**
 * Bundles a program as an app's bundler would, and weighs it.
 *
 * @param from - The folder from which its imports are found. Default: one of the repository, where they are the sources.
 */
export async function measure(program: string, from = join(root, 'apps/node')): Promise<Size> {
  const chunks = await bundle(program, join(from, 'measured.js'))
  const atOnce = findAtOnce(chunks)
  const [early, late] = [chunks.filter((chunk) => atOnce.has(chunk)), chunks.filter((chunk) => !atOnce.has(chunk))]
  const names = new Set(chunks.map(({ fileName }) => fileName))
  return {
    atOnce: gzipped(early),
    later: gzipped(late),
    parts: [...early.flatMap((chunk) => partsOf(chunk, false)), ...late.flatMap((chunk) => partsOf(chunk, true))]
      .filter(({ bytes }) => bytes > 0)
      .toSorted((x, y) => y.bytes - x.bytes),
    missing: chunks.flatMap(({ imports }) => imports).filter((name) => !names.has(name)),
  }
}

/** The same parts, those of one package or of one folder of a package together. */
export function groupParts(parts: readonly Part[]): readonly Part[] {
  const groups = new Map<string, Part>()
  for (const { name, bytes, isLater } of parts) {
    const group = /^(?:packages|apps)\/|^contracts\//.test(name) ? folderOf(name) : packageOf(name)
    const key = `${group} ${isLater}`
    groups.set(key, { name: group, bytes: (groups.get(key)?.bytes ?? 0) + bytes, isLater })
  }
  return [...groups.values()].toSorted((x, y) => y.bytes - x.bytes)
}

const folderOf = (name: string): string => name.split('/').slice(0, 4).join('/')
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
