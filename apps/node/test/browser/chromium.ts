import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A browser without a window. */
export interface Browser {
  /** Rejects when it ends before it is stopped. */
  readonly crashed: Promise<never>
  readonly stop: () => Promise<void>
}

/** What keeps it from asking anything of the network but the page. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
]

/** Opens a page in a Chromium of its own: the one that SLUICE_CHROMIUM names, or `chromium`. */
export function openChromium(url: string): Browser {
  const command = process.env.SLUICE_CHROMIUM ?? 'chromium'
  const profile = mkdtempSync(join(tmpdir(), 'sluice-chromium-'))
  // Chromium does not sandbox for root, as whom containers run; the page is ours.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  // The port keeps it from ending when the page has loaded.
  const mode = ['--headless', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-port=0']
  const args = [...mode, ...sandbox, ...quiet, `--user-data-dir=${profile}`, url]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}: ${said}`))
    child.once('error', (error) =>
      resolve(`${error}: install Debian's package chromium, or name one in SLUICE_CHROMIUM`),
    )
  })
  const crashed = ended.then((reason) => {
    throw new Error(`${command}: ${reason}`)
  })
  // Whoever waits for the page hears of it; afterwards nobody does.
  crashed.catch(() => {})
  return {
    crashed,
    stop: async () => {
      // It is many processes, all of one group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
