import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../process/workspaces.ts'

/** A folder with `run` in it and a `bin` of stand-ins for node and npm that say how they were called. */
let folder: string

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sluice-run-')), 'a folder with blanks')
  mkdirSync(join(folder, 'bin'), { recursive: true })
  copyFileSync(join(root, 'run'), join(folder, 'run'))
})

afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

function script(path: string, ...lines: string[]): void {
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'))
  chmodSync(path, 0o755)
}

const nodeOf = (version: string) => `[ "$1" = --version ] && echo ${version}; exit 0`

function run(version: string, ...args: string[]) {
  script(join(folder, 'bin/node'), nodeOf(version))
  // As npm does: the package lands in the prefix, and what it starts finds the first node on PATH.
  script(
    join(folder, 'bin/npm'),
    'if [ "$1" = install ]; then',
    '  for package; do :; done',
    `  bin="$3/node_modules/\${package%@*}/bin"`,
    '  mkdir -p "$bin"',
    `  printf '%s\\n' '#!/bin/sh' '${nodeOf('v24.21.0')}' > "$bin/node"`,
    '  chmod +x "$bin/node"',
    'else',
    '  node --version',
    '  for argument; do echo "[$argument]"; done',
    'fi',
  )
  const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` }
  const { status, stdout, stderr } = spawnSync('sh', [join(folder, 'run'), ...args], {
    cwd: tmpdir(),
    env,
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n'), stderr }
}

test.each(['v22.18.0', 'v22.20.1', 'v24.0.0', 'v26.10.0'])('uses the Node.js on the path when it is %s', (version) => {
  const { status, lines, stderr } = run(version, 'test')
  expect({ status, version: lines[0], stderr }).toEqual({ status: 0, version, stderr: '' })
  expect(existsSync(join(folder, '.node'))).toBe(false)
})

test.each(['v18.20.0', 'v20.20.2', 'v22.17.9', 'v23.11.0', 'v25.1.0', 'nonsense'])(
  'brings Node.js when the one on the path is %s, once',
  (version) => {
    const first = run(version, 'test')
    expect({ status: first.status, version: first.lines[0] }).toEqual({ status: 0, version: 'v24.21.0' })
    expect(first.stderr).toContain('downloading Node.js 24')
    expect(run(version, 'test')).toMatchObject({ status: 0, stderr: '' })
  },
)

test('hands on arguments as they are, and the folder', () => {
  const { lines } = run('v24.0.0', 'demo', 'a file', '--json', '$HOME', '')
  const expected = ['--prefix', folder, 'run', '--silent', 'demo', '--', 'a file', '--json', '$HOME', '']
  expect(lines.slice(1)).toEqual(expected.map((argument) => `[${argument}]`))
})

test('starts nothing when asked for help', () => {
  expect(run('v24.0.0')).toEqual({ status: 0, lines: [''], stderr: '' })
  expect(run('v24.0.0', '--help')).toEqual({ status: 0, lines: [''], stderr: '' })
})
