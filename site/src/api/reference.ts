import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Application, Logger, LogLevel, type ProjectReflection, ReflectionKind } from 'typedoc'
import { modulesOf } from '../../../scripts/packages/manifest.ts'
import { listPublished } from '../../../scripts/packages/published.ts'
import { root, siteFolder } from '../paths.ts'

/** A page of the reference. */
export interface ReferencePage {
  /** As links of other such pages name it: `@sluice/client/functions/createClient.md`. */
  readonly path: string
  /** Markdown. */
  readonly text: string
}

/** An entry that programs import, and its source relative to the root. */
interface Entry {
  readonly specifier: string
  readonly source: string
}

/** The entries of all packages that are published, but for the command, which nobody imports. */
export function listEntries(): readonly Entry[] {
  return listPublished().flatMap(({ name, folder, manifest }) =>
    Object.entries(manifest.bin === undefined ? modulesOf(manifest) : {}).map(([module, source]) => ({
      specifier: module === 'index' ? name : `${name}/${module}`,
      source: join(folder, source),
    })),
  )
}

/** Keeps what it is told, so that nothing but findings is printed. */
class Findings extends Logger {
  readonly messages: string[] = []

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.messages.push(message)
  }
}

/**
 * The reference of all public entries, from the TSDoc texts of their sources.
 *
 * @throws Error if a text links to what is not there, or the sources cannot be read.
 */
export async function makeReference(): Promise<readonly ReferencePage[]> {
  const out = join(siteFolder, '.staged/reference')
  rmSync(out, { recursive: true, force: true })
  const entries = listEntries()
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    logLevel: LogLevel.Warn,
    entryPoints: entries.map(({ source }) => join(root, source)),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    out,
    readme: 'none',
    // `./run check types` looks for those, by the compiler that everything else is checked with.
    skipErrorChecking: true,
    validation: { invalidLink: true, notExported: false, notDocumented: false },
    excludeInternal: true,
    excludePrivate: true,
    ...layout,
  })
  const findings = new Findings()
  app.logger = findings
  const project = await app.convert()
  if (project === undefined) throw new Error(`TypeDoc could not read the sources:\n${findings.messages.join('\n')}`)
  nameModules(project, entries)
  nameParameters(project)
  app.validate(project)
  await app.generateOutputs(project)
  if (findings.messages.length > 0) throw new Error(`TypeDoc found:\n${findings.messages.join('\n')}`)
  return globSync('**/*.md', { cwd: out })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(out, path), 'utf8') }))
}

/** How typedoc-plugin-markdown lays out what it writes. */
const layout: Record<string, unknown> = {
  outputFileStrategy: 'members',
  entryFileName: 'index',
  hideGenerator: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  indexFormat: 'table',
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  enumMembersFormat: 'table',
  tableColumnSettings: { hideSources: true, hideInherited: true },
}

/** Modules are called by what programs import rather than by their sources. */
function nameModules(project: ProjectReflection, entries: readonly Entry[]): void {
  const byFile = new Map(entries.map(({ specifier, source }) => [join(root, source), specifier]))
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName
    const specifier = file === undefined ? undefined : byFile.get(file)
    if (specifier === undefined) throw new Error(`no entry is made of ${file ?? module.name}`)
    module.name = specifier
  }
}

/** A parameter that is taken apart where it is declared has no name of its own. */
function nameParameters(project: ProjectReflection): void {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    if (parameter.name.startsWith('__namedParameters')) parameter.name = 'options'
  }
}
