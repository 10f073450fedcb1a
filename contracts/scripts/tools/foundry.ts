// Finds and runs foundry's binaries inside their npm platform packages. Their own launchers rely on an install script, which
// npm may not run.

import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foreignCode } from './foreign-code.ts'

/** The folder of the Foundry project. */
export const contractsFolder: string = fileURLToPath(new URL('../..', import.meta.url))

type Tool = 'anvil' | 'forge'

/**
 * The path of a foundry binary.
 *
 * @param tool - Which one.
 * @returns An absolute path.
 * @throws Error if there is no package for this platform, or it is not installed.
 */
export function foundryBinary(tool: Tool): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const os = process.platform
  const platformPackage = `@foundry-rs/${tool}-${os}-${cpu}`
  try {
    // Platform packages are dependencies of the tool's own package: start looking from there.
    const launcher = createRequire(import.meta.url).resolve(`@foundry-rs/${tool}/package.json`)
    const manifest = createRequire(launcher).resolve(`${platformPackage}/package.json`)
    return join(dirname(manifest), 'bin', os === 'win32' ? `${tool}.exe` : tool)
  } catch (cause) {
    throw new Error(`${platformPackage} is not installed: run \`npm ci\` without omitting optional packages`, { cause })
  }
}

/**
 * Runs forge in the project's folder with its output shown.
 *
 * @param args - Arguments.
 * @returns Its exit code.
 */
export function forge(args: readonly string[]): Promise<number> {
  const child = spawn(foundryBinary('forge'), args, { cwd: contractsFolder, stdio: 'inherit', env: environment() })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/**
 * Runs forge in the project's folder and keeps what it prints.
 *
 * @param args - Arguments.
 * @param settings - Further environment variables.
 * @returns Its exit code and standard output; errors go to standard error.
 */
export function forgeOutput(
  args: readonly string[],
  settings: NodeJS.ProcessEnv = {},
): { code: number; stdout: string } {
  const done = spawnSync(foundryBinary('forge'), args, {
    cwd: contractsFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...environment(), ...settings },
  })
  if (done.error) throw done.error
  return { code: done.status ?? 1, stdout: done.stdout }
}

/**
 * Runs another program that calls forge itself, in the project's folder with its output shown.
 *
 * @param command - A program on the `PATH`.
 * @param args - Arguments.
 * @param settings - Further environment variables.
 * @returns Its exit code.
 * @throws Error if there is no such program.
 */
export function callerOfForge(command: string, args: readonly string[], settings: NodeJS.ProcessEnv): number {
  const path = [dirname(foundryBinary('forge')), process.env.PATH].join(delimiter)
  const env = { ...environment(), ...settings, PATH: path }
  const done = spawnSync(command, args, { cwd: contractsFolder, stdio: 'inherit', env })
  if (done.error) throw new Error(`${command} cannot be run: is it installed?`, { cause: done.error })
  return done.status ?? 1
}

// Remappings are given here rather than in foundry.toml because npm puts packages outside the project's folder, where
// forge only follows absolute paths.
function environment(): NodeJS.ProcessEnv {
  const resolve = createRequire(import.meta.url).resolve
  const toolbox = dirname(resolve('@layerzerolabs/toolbox-foundry/package.json'))
  const openzeppelin = dirname(resolve('@openzeppelin/contracts/package.json'))
  const remappings = [`forge-std/=${join(toolbox, 'lib', 'forge-std')}/`, `@openzeppelin/contracts/=${openzeppelin}/`]
  return { ...process.env, FOUNDRY_REMAPPINGS: remappings.join('\n'), ...foreignCode() }
}
