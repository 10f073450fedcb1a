import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The sources of a package, outside node/ and testing/, and those among them that use what a browser has not. */
export function nodeOnly(folder: string): { readonly sources: readonly string[]; readonly found: readonly string[] } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = names.filter((name) => /\.ts$/.test(name) && !/\.test\.ts$|^node\/|^testing\//.test(name))
  const isNodeOnly = (text: string) => /from 'node:|\b(?:Buffer|process)\.\w/.test(text)
  return { sources, found: sources.filter((name) => isNodeOnly(readFileSync(join(folder, name), 'utf8'))) }
}
