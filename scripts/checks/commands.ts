import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../process/workspaces.ts'
import type { Check } from './check.ts'

/**
 * Every command of `./run` says in a line what it does, and no line speaks of a command that is gone. Each takes the place
 * of npm's shell, which would otherwise keep a signal to itself and leave the command running.
 */
export const commandsCheck: Check = {
  name: 'commands explained',
  run: async () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const names = Object.keys(manifest.scripts)
    const explained = Object.keys(manifest['scripts-info'])
    return [
      ...names.filter((name) => !explained.includes(name)).map((name) => `package.json: scripts-info lacks ${name}`),
      ...explained.filter((name) => !names.includes(name)).map((name) => `package.json: there is no script ${name}`),
      ...names
        .filter((name) => !/(^|&& )exec /.test(manifest.scripts[name]))
        .map((name) => `package.json: the script ${name} has to end in exec, or signals do not reach it`),
    ]
  },
}
