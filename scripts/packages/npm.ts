import { dirname } from 'node:path'
import { runCommand } from '../process/run-command.ts'

/** What npm must not do: ask, advise, or run install scripts, which nothing here may need. */
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error']

/**
 * Runs npm under the Node.js that runs this.
 *
 * @param cwd - Absolute.
 * @returns What it wrote.
 * @throws Error with what it wrote if it fails.
 */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const programs = [dirname(process.execPath)]
  const { code, output } = await runCommand(['npm', ...args, ...QUIET], { output: 'keep', cwd, programs })
  if (code !== 0) throw new Error(`npm ${args.join(' ')} exited with ${code}\n${output}`)
  return output
}
