import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, Log } from '@sluice/engine'
import { problemOf } from '../errors.ts'
import { writePrivate } from './write-private.ts'

/** Where backups go by themselves. */
export interface BackupTargets {
  /** Folder in which the newest stands. */
  readonly folder: string | undefined
  /** Command that takes one on its standard input. */
  readonly command: string | undefined
  /** Seconds that a change waits at most. */
  readonly every: number
}

/** How old the newest backup is. */
export interface BackupStanding {
  /** Milliseconds since the Unix epoch at which the newest that was delivered everywhere was made; none yet. */
  readonly madeAt?: number
  /** Since when it lacks something, milliseconds since the Unix epoch; it lacks nothing. */
  readonly staleSince?: number
  /** Why the last one was not delivered. */
  readonly problem?: string
}

export interface AutomaticBackup {
  readonly standing: () => BackupStanding
  /** Delivers what is not delivered yet, and ends. */
  readonly stop: () => Promise<void>
}

/** A command that takes a backup gets so long, milliseconds. */
const COMMAND_PATIENCE = 60_000

/** The file in a folder of backups, named for the signer so that several nodes can share the folder. */
export const backupFileName = (signer: string): string => `sluice-${signer}.backup`

/**
 * Backs a node up at its start, whenever something changed, at most once in `every` seconds, and when it ends. One that can not be delivered is tried
 * again after as long.
 */
export function startAutomaticBackup(
  engine: Pick<Engine, 'backup' | 'signer' | 'subscribe'>,
  log: Log,
  { folder, command, every }: BackupTargets,
): AutomaticBackup {
  let standing: BackupStanding = { staleSince: Date.now() }
  let delivering: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const deliver = async (): Promise<void> => {
    const madeAt = Date.now()
    const { staleSince = madeAt } = standing
    try {
      const bytes = engine.backup()
      standing = { ...(standing.madeAt === undefined ? {} : { madeAt: standing.madeAt }) }
      if (folder !== undefined) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        writePrivate(join(folder, backupFileName(engine.signer)), bytes)
      }
      if (command !== undefined) await runWith(command, bytes)
      standing = { ...standing, madeAt }
      log.debug('backup.delivered', { bytes: bytes.length })
    } catch (thrown) {
      const problem = problemOf(thrown)
      standing = { ...standing, staleSince, problem }
      log.error('backup.failed', { problem })
      schedule()
    }
  }
  const run = (): Promise<void> => {
    delivering = delivering.then(deliver)
    return delivering
  }
  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void run()
    }, every * 1000)
  }
  const unsubscribe = engine.subscribe(({ type }) => {
    if (type !== 'channel' && type !== 'virtual' && type !== 'payment') return
    standing = { ...standing, staleSince: standing.staleSince ?? Date.now() }
    schedule()
  })
  void run()
  return {
    standing: () => standing,
    async stop() {
      unsubscribe()
      await delivering
      clearTimeout(timer)
      if (standing.staleSince !== undefined) await run()
      clearTimeout(timer)
    },
  }
}

/** Hands bytes to a command of the shell. Rejects unless it ends well in time. */
function runWith(command: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'ignore', 'pipe'], timeout: COMMAND_PATIENCE })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 500) said += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`the command ended with ${code ?? signal}${said === '' ? '' : `: ${said.trim()}`}`))
    })
    // A command that does not read all of it says so by how it ends.
    child.stdin.on('error', () => {})
    child.stdin.end(bytes)
  })
}
