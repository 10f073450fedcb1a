import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../process/run-command.ts'
import { judgeTally, type Tally } from '../process/tally.ts'
import { root } from '../process/workspaces.ts'
import type { Suite } from './suite.ts'
import { parseVitestReport } from './vitest-report.ts'

/** A project of vitest.config.ts as a suite. `files`: the globs of its tests; `absence`: why they cannot run on this machine. */
export function vitestSuite(project: string, files: readonly string[], absence?: string): Suite {
  return {
    name: project,
    isPresent: absence === undefined && globSync([...files], { cwd: root }).length > 0,
    absence,
    takesPaths: true,
    run: (args) => runProject(project, args),
  }
}

async function runProject(project: string, args: readonly string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const command = ['vitest', 'run', '--project', project, ...reporters, ...args]
    const { code } = await runCommand(command, { output: 'inherit' })
    return judgeTally(readReport(report), code, args.includes('--passWithNoTests'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file: string): Tally | undefined {
  try {
    return parseVitestReport(readFileSync(file, 'utf8'))
  } catch {
    // A runner that broke before it wrote its report is told by its exit code.
    return undefined
  }
}
