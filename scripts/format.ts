import { runCommand } from './process/run-command.ts'
import { hasScript } from './process/workspaces.ts'

const commands = [['biome', 'check', '--write', '.']]
if (hasScript('contracts', 'format')) commands.push(['npm', 'run', '--silent', 'format', '-w', 'contracts'])

for (const command of commands) {
  const { code } = await runCommand(command, { output: 'inherit' })
  if (code !== 0) process.exitCode = code
}
