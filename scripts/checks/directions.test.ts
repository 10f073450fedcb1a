import { expect, test } from 'vitest'
import { findWrongImports } from './directions.ts'

const workspaces = ['protocol', 'engine', 'adapters', 'http', 'client'].map((name) => ({
  name: `@sluice/${name}`,
  folder: `packages/${name}`,
}))

function wrong(path: string, text: string): string[] {
  return findWrongImports({ path, text }, workspaces)
}

test.each([
  ['packages/engine/src/a.ts', "import { x } from '@sluice/protocol'"],
  ['packages/adapters/src/a.ts', "import type { Store } from '@sluice/engine/ports'"],
  ['packages/http/src/a.ts', "import type { Clock } from '@sluice/engine/ports'"],
  ['packages/http/src/a.ts', "import { x } from './b.ts'\nimport fs from 'node:fs'"],
  ['packages/engine/src/a.test.ts', "import { key } from '@sluice/protocol/testing'"],
  ['packages/engine/src/a.test.ts', "import { sluiceAbi } from '@sluice/contracts'"],
  ['packages/protocol/src/a.ts', " * import { x } from '@sluice/adapters'"],
])('%s may say %s', (path, text) => {
  expect(wrong(path, text)).toEqual([])
})

test.each([
  ['packages/protocol/src/a.ts', "import { x } from '@sluice/engine'"],
  ['packages/engine/src/a.ts', "import {\n  x,\n  y,\n} from '@sluice/adapters/sqlite'"],
  ['packages/engine/src/a.ts', "export * from '@sluice/adapters'"],
  ['packages/engine/src/a.ts', "const x = await import('@sluice/adapters')"],
  ['packages/engine/src/a.ts', "import '@sluice/adapters'"],
  ['packages/engine/src/a.ts', "import { sluiceAbi } from '@sluice/contracts'"],
  ['packages/engine/src/a.ts', "import { key } from '@sluice/protocol/testing'"],
  ['packages/adapters/src/a.ts', "import { createEngine } from '@sluice/engine'"],
  ['packages/http/src/a.ts', "import { clock } from '@sluice/engine/ports'"],
  ['packages/http/src/a.ts', "import type { Engine } from '@sluice/engine'"],
  ['packages/http/src/a.ts', "import { x } from '../../engine/src/loop.ts'"],
  ['scripts/demo.ts', "import { x } from '../packages/protocol/src/hex.ts'"],
  ['scripts/demo.ts', "import { x } from '@sluice/protocol'"],
])('%s may not say %s', (path, text) => {
  expect(wrong(path, text)).toHaveLength(1)
})
