import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listExamples } from '../../examples/list.ts'
import { consumer, packed } from '../../packages/consumer.ts'
import { npm } from '../../packages/npm.ts'
import { temporaryFolder } from '../../packages/temporary.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Check } from '../check.ts'

/** How long an app may take until it says that it runs, milliseconds: for what hangs. */
const PATIENCE = 120_000

/** Makes an app as `npm create sluice-app` does, and installs the packed packages into it. */
async function createApp(example: string): Promise<string> {
  const app = join(temporaryFolder(), 'my-app')
  const { folder } = await consumer()
  const command = [join(folder, 'node_modules/.bin/create-sluice-app'), app, '--example', example, '--json']
  const { code, output } = await runCommand(command, { output: 'keep', cwd: folder })
  if (code !== 0) throw new Error(`create-sluice-app exited with ${code}: ${output}`)
  const path = join(app, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  // Until they are published the packages are found as files, those that they need themselves too.
  const tarballs = Object.fromEntries((await packed()).map(({ name, tarball }) => [name, `file:${tarball}`]))
  writeFileSync(path, JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, ...tarballs } }))
  await npm(['install', '--no-package-lock'], app)
  return app
}

/** Runs an npm script of the app to its end. */
async function findFaults(script: string, app: string): Promise<string[]> {
  const { code, output } = await runCommand(['npm', 'run', '--silent', script], { output: 'keep', cwd: app })
  return code === 0 ? [] : [`npm run ${script} exited with ${code}\n${output}`]
}

/** Starts the app, waits until it says how to stop it, and does that. */
function startAndStop(app: string): Promise<string[]> {
  const child = spawn('npm', ['start'], { cwd: app, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const signal = (name: NodeJS.Signals): void => void process.kill(-(child.pid ?? 0), name)
  const impatient = setTimeout(() => signal('SIGKILL'), PATIENCE)
  let said = ''
  let isRunning = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (isRunning || !said.includes('Ctrl-C')) return
      isRunning = true
      signal('SIGINT')
    })
  }
  return new Promise((resolve) => {
    child.once('close', (code, by) => {
      clearTimeout(impatient)
      const isWell = isRunning && by !== 'SIGKILL' && !/error/i.test(said)
      resolve(isWell ? [] : [`npm start ended with ${code ?? by}\n${said}`])
    })
  })
}

/** What `npm create sluice-app` makes of each example compiles, passes its tests, starts and stops. */
export const appChecks: readonly Check[] = listExamples().map(({ name }) => ({
  name: `packages: an app made from ${name}`,
  run: async () => {
    const app = await createApp(name)
    const faults = [...(await findFaults('types', app)), ...(await findFaults('test', app))]
    return [...faults, ...(await startAndStop(app))]
  },
}))
