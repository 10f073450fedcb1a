import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { browserTests, integrationTests, nginxTests, unitTests } from '../../vitest.config.ts'
import { hasScript, root } from '../process/workspaces.ts'
import { browserAbsence } from './browser.ts'
import { commandSuite } from './command-suite.ts'
import { nginxAbsence } from './nginx.ts'
import type { Suite } from './suite.ts'
import { vitestSuite } from './vitest-suite.ts'

/** Every suite of this repository, quick ones first. */
export function allSuites(): Suite[] {
  const contracts = ['npm', 'run', '--silent', 'test', '-w', 'contracts', '--']
  return [
    vitestSuite('unit', unitTests),
    commandSuite('vectors', existsSync(join(root, 'specs/verify.mjs')), ['node', 'specs/verify.mjs']),
    commandSuite('contracts', hasScript('contracts', 'test'), contracts),
    vitestSuite('integration', integrationTests),
    vitestSuite('nginx', nginxTests, nginxAbsence()),
    vitestSuite('browser', browserTests, browserAbsence()),
  ]
}
