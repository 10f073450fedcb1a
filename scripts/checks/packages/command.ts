import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { consumer, packed } from '../../packages/consumer.ts'
import { npm } from '../../packages/npm.ts'
import { temporaryFolder } from '../../packages/temporary.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Check } from '../check.ts'

/** Runs the installed command as a shell would, under the Node.js that runs this. */
async function findFaults(command: readonly string[], cwd: string, expected: RegExp): Promise<string[]> {
  const { code, output } = await runCommand(command, { output: 'keep', cwd, programs: [dirname(process.execPath)] })
  if (code === 0 && expected.test(output)) return []
  return [`${command.join(' ')} exited with ${code}; expected ${expected}\n${output}`]
}

async function versionOf(name: string): Promise<string> {
  const found = (await packed()).find((one) => one.name === name)
  return found?.manifest.version ?? 'a package that is published'
}

async function installGlobally(): Promise<string> {
  const folder = temporaryFolder()
  const tarballs = (await packed()).map(({ tarball }) => tarball)
  await npm(['install', '--global', '--prefix', folder, ...tarballs], folder)
  return folder
}

/** The command works where nothing of this repository is. */
export const commandChecks: readonly Check[] = [
  {
    name: 'packages: sluice by npm install --global',
    run: async () => {
      const folder = await installGlobally()
      const sluice = join(folder, 'bin/sluice')
      const version = new RegExp(`^${(await versionOf('sluice')).replaceAll('.', '\\.')}\\n$`)
      writeFileSync(join(folder, 'password'), 'only-for-this-check')
      const newKey = ['keys', 'new', '--data', 'me', '--password-file', 'password']
      return [
        ...(await findFaults([sluice, '--version'], folder, version)),
        // Native code, the key file and the daemon's modules: all that a first command needs.
        ...(await findFaults([sluice, ...newKey], folder, /0x[0-9a-f]{40}/i)),
      ]
    },
  },
  {
    name: 'packages: sluice by npx',
    run: async () => {
      const { folder } = await consumer()
      return findFaults(['npx', '--no-install', 'sluice', '--help'], folder, /^Usage: sluice/m)
    },
  },
]
