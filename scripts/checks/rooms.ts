import { posix } from 'node:path'
import { listWorkspaces, type Workspace } from '../process/workspaces.ts'
import type { Check } from './check.ts'
import { findImports } from './imports.ts'
import { readSources, type Source } from './sources.ts'

/** How the rooms of one package build on each other. A room is a folder in `src`, or a file there that is in none. */
export interface House {
  /** Each room imports those before it alone. Rooms in one array may import each other. The entry, `index.ts`, imports all. */
  readonly order: readonly (string | readonly string[])[]
  /** Rooms whose words everybody uses: only their files may be imported by more than half of the rooms. */
  readonly shared: readonly string[]
}

/** Per folder of source: tests, golden records and what only tests use left out. */
const MAX_FILES = 12
const MAX_LINES = 1500

/** The packages that have rooms. In the others every file is for itself. */
const houses: Readonly<Record<string, House>> = {
  '@sluice/protocol': {
    order: [
      ['errors', 'error-codes'],
      'primitives',
      'codec',
      'terms',
      'handshake',
      'signing',
      'locks',
      'lane',
      'rules',
      'machines',
      'messages',
      'records',
      'tower',
    ],
    shared: ['errors', 'primitives'],
  },
  '@sluice/engine': {
    order: [
      ['errors', 'error-codes'],
      'policy',
      'ports',
      'records',
      'loop',
      'peers',
      'watch',
      'lanes',
      'locks',
      'channels',
      'defence',
      'roles',
      'recovery',
      'tower',
      'api',
    ],
    shared: ['errors', 'ports'],
  },
  '@sluice/adapters': {
    order: ['system', 'net', 'crypto', 'keys', 'store', 'transport', 'chain', 'local-chain'],
    shared: [],
  },
  '@sluice/http': {
    order: [
      ['errors', 'error-codes'],
      'ports',
      'timers',
      'local-url',
      'headers',
      'tab',
      'gate',
      'fetch',
      'node',
      'sell',
    ],
    shared: ['errors', 'ports'],
  },
  '@sluice/retrieval': {
    order: [['errors', 'error-codes'], 'dag', 'car', 'gateway', 'retrieve', 'retrieve-any', 'node'],
    shared: ['errors'],
  },
  '@sluice/node': {
    order: [
      ['errors', 'error-codes'],
      'json',
      'deferred',
      'age',
      'log',
      'cli',
      'config',
      'rpc',
      'get',
      'fetch',
      'mcp',
      'daemon',
      'proxy',
      'check',
      'access',
      'show',
      'commands',
      'docs',
      'main',
    ],
    shared: ['errors'],
  },
}

/** Imports between the rooms of a package that point up, folders that hold too much, files that half of a package needs. */
export const roomCheck: Check = {
  name: 'rooms',
  run: async () => {
    const sources = readSources(/^(packages|apps|bench|scripts)\/.*\.ts$/)
    return [...findFullFolders(sources), ...listWorkspaces().flatMap((one) => judgePackage(one, sources))]
  },
}

/** Folders with too many files or too many lines of source. */
export function findFullFolders(sources: readonly Source[]): string[] {
  const folders = groupBy(
    sources.filter(({ path }) => !isApart(path)),
    ({ path }) => posix.dirname(path),
  )
  return [...folders].flatMap(([folder, files]) => {
    const lines = files.reduce((sum, { text }) => sum + countLines(text), 0)
    return [
      ...(files.length > MAX_FILES ? [`${folder} holds ${files.length} files of source, more than ${MAX_FILES}`] : []),
      ...(lines > MAX_LINES ? [`${folder} holds ${lines} lines of source, more than ${MAX_LINES}`] : []),
    ]
  })
}

function judgePackage({ name, folder }: Workspace, sources: readonly Source[]): string[] {
  const house = houses[name]
  if (house === undefined) return []
  return judgeRooms(
    house,
    `${folder}/src`,
    sources.filter(({ path }) => path.startsWith(`${folder}/src/`)),
  )
}

/** What is wrong with the imports between the rooms of a package. `base`: the folder that the rooms are in. */
export function judgeRooms(house: House, base: string, sources: readonly Source[]): string[] {
  const levels = new Map(house.order.flatMap((level, i) => [level].flat().map((room) => [room, i] as const)))
  const imports = sources.filter(({ path }) => !isApart(path)).flatMap((source) => readRoomImports(source, base))
  const unknown = [...new Set(sources.filter(({ path }) => !isApart(path)).map(({ path }) => roomOf(path, base)))]
    .filter((room) => room !== ENTRY && !levels.has(room))
    .map((room) => `${base}/${room} is a room that scripts/checks/rooms.ts does not name`)
  return [...unknown, ...findWrongWays(imports, levels), ...findHubs(imports, house, levels.size)]
}

interface RoomImport {
  /** Path and line. */
  readonly place: string
  readonly from: string
  readonly to: string
  readonly target: string
}

/** The entry of a package stands above its rooms. */
const ENTRY = 'index'

function readRoomImports({ path, text }: Source, base: string): RoomImport[] {
  return findImports(text)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, line }) => {
      const target = posix.join(posix.dirname(path), specifier)
      return { place: `${path}:${line}`, from: roomOf(path, base), to: roomOf(target, base), target }
    })
    .filter(({ from }) => from !== ENTRY)
}

function findWrongWays(imports: readonly RoomImport[], levels: ReadonlyMap<string, number>): string[] {
  const level = (room: string) => levels.get(room) ?? Number.POSITIVE_INFINITY
  return imports
    .filter(({ from, to, target }) => isApart(target) || (from !== to && level(to) > level(from)))
    .map(({ place, from, to, target }) => `${place} ${from} may not import ${to} (${target})`)
}

function findHubs(imports: readonly RoomImport[], { shared }: House, rooms: number): string[] {
  const inside = imports.filter(({ from, to }) => from !== to && !shared.includes(to))
  return [...groupBy(inside, ({ target }) => target)].flatMap(([target, found]) => {
    const importers = [...new Set(found.map(({ from }) => from))]
    return importers.length * 2 > rooms
      ? [`${target} is imported by more than half of the rooms: ${importers.sort().join(', ')}`]
      : []
  })
}

function roomOf(path: string, base: string): string {
  return posix.relative(base, path).split('/')[0]?.replace(/\.ts$/, '') ?? ''
}

/** Tests and what only they use: they import everything, and no source imports them. */
function isApart(path: string): boolean {
  return path.endsWith('.test.ts') || /\/(testing|test|golden)\//.test(path)
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}
