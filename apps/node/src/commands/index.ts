import type { CommandSpec } from '../cli/command.ts'
import { backupCommands } from './away/backup.ts'
import { watchtowerCommands } from './away/watchtower.ts'
import { channelCommands } from './channel.ts'
import { daemonCommands } from './daemons.ts'
import { deployCommand } from './deploy.ts'
import { explainCommand } from './explain.ts'
import { getCommand } from './get.ts'
import { keyCommands } from './keys.ts'
import { packCommand } from './pack.ts'
import { statusCommand } from './status.ts'
import { unpackCommand } from './unpack.ts'
import { virtualCommands } from './virtual.ts'
import { checkCommand } from './web/check.ts'
import { fetchCommand } from './web/fetch.ts'
import { historyCommand } from './web/history.ts'
import { mcpCommand } from './web/mcp.ts'
import { proxyCommand } from './web/proxy.ts'
import { tokenCommand } from './web/token.ts'

/** Every command of `sluice`, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  ...daemonCommands,
  proxyCommand,
  getCommand,
  fetchCommand,
  checkCommand,
  mcpCommand,
  historyCommand,
  packCommand,
  unpackCommand,
  statusCommand,
  explainCommand,
  ...channelCommands,
  ...virtualCommands,
  ...keyCommands,
  tokenCommand,
  deployCommand,
  ...backupCommands,
  ...watchtowerCommands,
]
