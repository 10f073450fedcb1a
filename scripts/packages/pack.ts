import { join } from 'node:path'
import { buildPackage } from './build.ts'
import { npm } from './npm.ts'
import { listPublished, type PublishedPackage } from './published.ts'

/** A package as it would be published. */
export interface Tarball extends PublishedPackage {
  /** Absolute. */
  readonly tarball: string
  /** What it holds, relative to the package. */
  readonly files: readonly string[]
  /** Bytes, compressed and not. */
  readonly size: number
  readonly unpackedSize: number
}

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** npm 11 answers with a list, npm 12 with one by name. */
function readReport(report: string): Packed {
  const parsed: Packed[] | Record<string, Packed> = JSON.parse(report)
  const [packed] = Object.values(parsed)
  if (packed === undefined) throw new Error(`npm packed nothing: ${report}`)
  return packed
}

async function packPackage(published: PublishedPackage, folder: string): Promise<Tarball> {
  await buildPackage(published)
  const report = await npm(['pack', '--json', '--pack-destination', folder], published.built)
  const { filename, files, size, unpackedSize } = readReport(report)
  return { ...published, tarball: join(folder, filename), files: files.map(({ path }) => path), size, unpackedSize }
}

/** Builds every package that is published, and packs each into that folder. */
export async function packAll(folder: string): Promise<Tarball[]> {
  const tarballs: Tarball[] = []
  for (const published of listPublished()) tarballs.push(await packPackage(published, folder))
  return tarballs
}
