import { expect, test } from 'vitest'
import { findFullFolders, type House, judgeRooms } from './rooms.ts'

const house: House = { order: ['errors', 'ports', ['lanes', 'locks'], 'channels', 'api'], shared: ['errors', 'ports'] }

/** Judges files of a package, given by their path below its `src`. */
function judge(files: Readonly<Record<string, string>>, rooms: House = house): string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path: `packages/engine/src/${path}`, text }))
  return judgeRooms(rooms, 'packages/engine/src', sources)
}

test.each([
  ['channels/a.ts', "import { x } from '../lanes/b.ts'"],
  ['channels/a.ts', "import { x } from './b.ts'"],
  ['channels/deep/a.ts', "import { x } from '../b.ts'"],
  ['channels/a.ts', "import { EngineError } from '../errors.ts'"],
  ['lanes/a.ts', "import type { X } from '../locks/b.ts'"],
  ['locks/a.ts', "import type { X } from '../lanes/b.ts'"],
  ['lanes/a.ts', "import { x } from '@sluice/protocol'"],
  ['lanes/a.test.ts', "import { x } from '../api/b.ts'"],
  ['lanes/a.test.ts', "import { x } from '../testing/b.ts'"],
  ['testing/a.ts', "import { x } from '../api/b.ts'"],
  ['lanes/testing/a.ts', "import { x } from '../../api/b.ts'"],
  ['index.ts', "export * from './api/b.ts'"],
])('%s may say %s', (path, text) => {
  expect(judge({ [path]: text })).toEqual([])
})

test.each([
  ['lanes/a.ts', "import { x } from '../channels/b.ts'"],
  ['lanes/a.ts', "import type { X } from '../channels/b.ts'"],
  ['lanes/a.ts', "export * from '../channels/b.ts'"],
  ['lanes/deep/a.ts', "import { x } from '../../api/b.ts'"],
  ['errors.ts', "import type { X } from './ports/b.ts'"],
  ['lanes/a.ts', "import { x } from '../testing/b.ts'"],
  ['lanes/a.ts', "import { x } from './testing/b.ts'"],
  ['lanes/a.ts', "import { x } from '../index.ts'"],
  ['lanes/a.ts', "import { x } from '../attic/b.ts'"],
])('%s may not say %s', (path, text) => {
  expect(judge({ [path]: text })).toEqual([expect.stringMatching(/:1 \w+ may not import \w+ /)])
})

test('a room that the table does not name is found', () => {
  expect(judge({ 'attic/a.ts': '', 'helpers.ts': '' })).toEqual([
    expect.stringContaining('src/attic is a room'),
    expect.stringContaining('src/helpers is a room'),
  ])
})

test('a file that more than half of the rooms import is found, unless its words are for everybody', () => {
  const importing = (file: string, rooms: readonly string[]) =>
    Object.fromEntries(rooms.map((room) => [`${room}/a.ts`, `import { x } from '../${file}'`]))
  const wide: House = { order: ['errors', 'ports', 'lanes', 'locks', 'channels', 'api'], shared: ['errors', 'ports'] }

  expect(judge(importing('lanes/b.ts', ['locks', 'channels', 'api']), wide)).toEqual([])
  expect(judge(importing('ports/b.ts', ['lanes', 'locks', 'channels', 'api']), wide)).toEqual([])
  const order = ['errors', 'lanes', 'locks', 'channels', 'api']
  expect(judge(importing('lanes/b.ts', ['locks', 'channels', 'api']), { ...wide, order })).toEqual([
    'packages/engine/src/lanes/b.ts is imported by more than half of the rooms: api, channels, locks',
  ])
})

test('a folder with too many files or lines is found; tests and what they use do not count', () => {
  const files = (count: number, name: (i: number) => string, lines = 1) =>
    Array.from({ length: count }, (_, i) => ({ path: name(i), text: 'x\n'.repeat(lines) }))

  expect(findFullFolders(files(12, (i) => `src/lanes/${i}.ts`))).toEqual([])
  expect(findFullFolders(files(13, (i) => `src/lanes/${i}.ts`))).toEqual([
    'src/lanes holds 13 files of source, more than 12',
  ])
  expect(findFullFolders(files(13, (i) => `src/lanes/${i}.test.ts`))).toEqual([])
  expect(findFullFolders(files(13, (i) => `src/testing/chain/${i}.ts`))).toEqual([])
  expect(findFullFolders(files(2, (i) => `src/lanes/${i}.ts`, 750))).toEqual([])
  expect(findFullFolders(files(2, (i) => `src/lanes/${i}.ts`, 751))).toEqual([
    'src/lanes holds 1502 lines of source, more than 1500',
  ])
})
