import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isInstalled } from './lock-file.ts'

const root = join(import.meta.dirname, '../..')
const lockFile = join(root, 'package-lock.json')
const installedTree = join(root, 'node_modules/.package-lock.json')
/** The lock file as it was when the packages were last found to match it. */
const stamp = join(root, 'node_modules/.sluice-lock')
const longestWaitMs = 900_000
const command = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']

/** Brings node_modules up to the lock file, unless it is already. Answers the exit code: 0 when the packages stand. */
export function installPackages(): number {
  return isStamped() ? 0 : alone(() => (isStamped() ? 0 : install()))
}

function isStamped(): boolean {
  return existsSync(stamp) && readFileSync(stamp).equals(readFileSync(lockFile))
}

function install(): number {
  // Whoever ran npm by hand has the packages already.
  if (!isCurrent()) {
    console.error('run: installing the packages (once for each change of package-lock.json) ...')
    const { status, error } = spawnSync('npm', command, { cwd: root, stdio: ['ignore', 2, 2] })
    if (status !== 0)
      return fail(`npm ci failed (${error?.message ?? 'see the lines above'})`, 'mend that, or check the network')
    if (!isCurrent()) return fail('npm ci left packages out', 'look whether the registry carries them')
  }
  copyFileSync(lockFile, stamp)
  return 0
}

function isCurrent(): boolean {
  return isInstalled(readFileSync(lockFile, 'utf8'), readInstalledTree())
}

function fail(what: string, whatToDo: string): number {
  console.error(`run: ${what}: ${whatToDo}, then run this again`)
  return 1
}

function readInstalledTree(): string | undefined {
  return existsSync(installedTree) ? readFileSync(installedTree, 'utf8') : undefined
}

/** Two commands started together install once: SQLite's lock is the system's, so it goes with a process that dies. */
function alone(work: () => number): number {
  mkdirSync(join(root, '.node'), { recursive: true })
  const lock = new DatabaseSync(join(root, '.node/install.lock'), { timeout: longestWaitMs })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return work()
  } finally {
    lock.close()
  }
}
