import { posix } from 'node:path'
import { listWorkspaces, type Workspace } from '../process/workspaces.ts'
import type { Check } from './check.ts'
import { findImports, type Import } from './imports.ts'
import { readSources, type Source } from './sources.ts'

/**
 * What each package may import of the others; everything points down. `type:` allows types only. A package stands for
 * its main entry and its subpaths, a subpath for itself.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  '@sluice/contracts': [],
  '@sluice/protocol': [],
  '@sluice/engine': ['@sluice/protocol'],
  '@sluice/adapters': ['@sluice/protocol', '@sluice/engine/ports', 'type:@sluice/engine', '@sluice/contracts'],
  '@sluice/http': ['@sluice/protocol', 'type:@sluice/engine/ports'],
  '@sluice/retrieval': ['@sluice/protocol', '@sluice/http'],
  '@sluice/client': ['@sluice/protocol', '@sluice/engine', '@sluice/http'],
  '@sluice/x402': ['@sluice/protocol', '@sluice/http'],
  '@sluice/mppx': ['@sluice/protocol', '@sluice/http'],
  '@sluice/mcp': ['@sluice/protocol', '@sluice/http'],
  '@sluice/testing': ['@sluice/protocol', '@sluice/engine', '@sluice/adapters', '@sluice/http', '@sluice/client'],
  sluice: [
    '@sluice/protocol',
    '@sluice/engine',
    '@sluice/adapters',
    '@sluice/http',
    '@sluice/retrieval',
    '@sluice/client',
    '@sluice/mcp',
    '@sluice/contracts',
  ],
  'create-sluice-app': ['@sluice/protocol'],
  '@sluice/bench': [
    '@sluice/protocol',
    '@sluice/engine',
    '@sluice/adapters',
    '@sluice/http',
    '@sluice/client',
    '@sluice/testing',
    '@sluice/x402',
    '@sluice/mppx',
    '@sluice/mcp',
    '@sluice/contracts',
  ],
  '@sluice/dashboard': [],
  '@sluice/site': [],
}

/** What plug-ins may import in their tests: they are tested with what an app has. */
const forTestsOfPlugins: Readonly<Record<string, readonly string[]>> = {
  '@sluice/x402': ['@sluice/testing'],
  '@sluice/mppx': ['@sluice/testing'],
  '@sluice/mcp': ['@sluice/testing', '@sluice/mppx'],
}

/** What examples may import: what those who install the packages have. */
const forExamples: readonly string[] = [
  '@sluice/protocol',
  '@sluice/engine',
  '@sluice/adapters',
  '@sluice/http',
  '@sluice/retrieval',
  '@sluice/client',
  '@sluice/x402',
  '@sluice/mppx',
  '@sluice/mcp',
  '@sluice/testing',
]

/** Imports between packages that do not point down, or that reach into a package past its entries. */
export const directionCheck: Check = {
  name: 'directions of imports',
  run: async () => {
    const workspaces = listWorkspaces()
    return readSources(/^(packages|apps|contracts|bench|examples|scripts)\/.*\.ts$/).flatMap((source) =>
      findWrongImports(source, workspaces),
    )
  },
}

/** The imports of one file that its package may not have. */
export function findWrongImports({ path, text }: Source, workspaces: readonly Workspace[]): string[] {
  const owner = workspaces.find(({ folder }) => path.startsWith(`${folder}/`))
  return findImports(text)
    .filter((found) => !isAllowed(found, path, owner))
    .map(({ specifier, line }) => `${path}:${line} may not import ${specifier}`)
}

function isAllowed({ specifier, isType }: Import, path: string, owner: Workspace | undefined): boolean {
  if (specifier.startsWith('.')) return staysInside(specifier, path, owner)
  if (!specifier.startsWith('@sluice/')) return true
  // What is outside every package starts commands and reads the chain: it knows the contract and nothing else.
  const rules = rulesOf(owner)
  // A sample in a page shows the package as those who install it see it.
  if (/\/scripts\/docs\/samples\//.test(path) && owner !== undefined && isOf(specifier, owner.name)) return true
  const isTest = /\.test\.ts$|\/(test|testing)\//.test(path)
  if (isTest && isOf(specifier, '@sluice/contracts')) return true
  if (isTest && forTestsOfPlugins[owner?.name ?? '']?.includes(specifier)) return true
  if (specifier.endsWith('/testing') && specifier !== '@sluice/testing') {
    // What only tests need stays in tests: an app must not be built on a fake.
    const stem = specifier.slice(0, -'/testing'.length)
    return isTest && (stem === owner?.name || rules.some((rule) => isOf(rule.replace('type:', ''), stem)))
  }
  return rules.some((rule) =>
    rule.startsWith('type:') ? isType && isOf(specifier, rule.slice(5)) : isOf(specifier, rule),
  )
}

function rulesOf(owner: Workspace | undefined): readonly string[] {
  if (owner === undefined) return ['@sluice/contracts']
  return owner.folder.startsWith('examples/') ? forExamples : (allowed[owner.name] ?? [])
}

function isOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`)
}

function staysInside(specifier: string, path: string, owner: Workspace | undefined): boolean {
  const target = posix.join(posix.dirname(path), specifier)
  if (owner !== undefined) return target.startsWith(`${owner.folder}/`)
  return !/^(packages|apps|bench|examples\/[^/]+)\//.test(target) || /^examples\/test\//.test(target)
}
