import { expect, test } from 'vitest'
import { arrange, groupOf } from './groups.ts'
import { routeOf } from './routes.ts'

test.each([
  ['README.md', 'overview'],
  ['docs/guides/buyer.md', 'guides/buyer'],
  ['docs/contracts/events.md', 'contracts/events'],
  ['specs/decisions/0001-node-sqlite-store.md', 'decisions/0001-node-sqlite-store'],
  ['specs/decisions/', 'decisions'],
  ['docs/contracts', 'contracts'],
  ['docs/contracts/README.md', 'contracts'],
  ['packages/engine/src', undefined],
  ['packages/client/README.md', 'packages/client'],
  ['packages/client/src/client.ts', undefined],
  ['.changeset/one.md', undefined],
])('%s is shown at %s', (path, route) => {
  expect(routeOf(path)).toBe(route)
})

test('a new folder of docs is a group of its own', () => {
  expect(groupOf('contracts/events')).toBe('Contracts')
  expect(groupOf('how-to/do')).toBe('How to')
})

test('groups and their pages have the order that readers want', () => {
  const routes = [
    'rpc',
    'contributing',
    'how-to/do',
    'guides/operator',
    'commands',
    'guides/buyer',
    'guides/a',
    'about',
  ]
  const arranged = arrange(routes.map((route) => ({ route, title: route })))
  expect(Array.from(arranged, ([label, pages]) => [label, ...pages.map(({ route }) => route)])).toEqual([
    ['Guides', 'guides/buyer', 'guides/operator', 'guides/a'],
    ['Reference', 'commands', 'rpc', 'about'],
    ['How to', 'how-to/do'],
    ['Project', 'contributing'],
  ])
})
