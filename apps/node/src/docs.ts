import type { CommandSpec } from './cli/command.ts'
import { exitCodes } from './cli/exit-codes.ts'
import { kebab, type Option } from './cli/options.ts'
import { methods } from './rpc/methods.ts'

const HEAD = `# Commands

Written from the command's own help by \`node apps/node/scripts/docs.ts\`; a check keeps it up to date.

Every option can be given on the command line, as an environment variable (\`--fee-base\` is \`SLUICE_FEE_BASE\`), or in the
configuration file (\`"feeBase"\`): \`config.json\` in the data folder, or the one that \`--config\` names. The command line wins,
then the environment, then the file, then the default. The key and its password come from files or the environment only
(\`SLUICE_KEY\`, \`SLUICE_PASSWORD\`).

Amounts are whole base units (\`1000\`) or decimals with a unit (\`0.5FIL\`, \`10nFIL\`, \`3attoFIL\`, and \`12.5USDFC\` of a token with that symbol); times are \`90\`, \`15m\`, \`2h\`
or \`1d\`; sizes are \`4096\`, \`256KiB\` or \`1MiB\`. With \`--json\` an answer is one JSON object a line, the last one the result;
amounts are decimal strings in base units; a failure is \`{"error": {code, message, action, details}}\`. The codes are in
[errors.md](errors.md).
`

/** docs/commands.md: the reference of all commands. */
export function commandsPage(specs: readonly CommandSpec[]): string {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`)
  const endings = ['', '## Exit codes', '', '| code | meaning |', '| --- | --- |', ...codes, ''].join('\n')
  return `${HEAD}${endings}${specs.map(section).join('')}`
}

function section(spec: CommandSpec): string {
  const usage = [
    'sluice',
    spec.name,
    ...spec.arguments.map(({ name, optional }) => (optional ? `[${name}]` : `<${name}>`)),
    '[options]',
  ].join(' ')
  const args = spec.arguments.map(({ name, description }) => `- \`${name}\`: ${description}`)
  const options = Object.entries(spec.options).map(([key, option]) => optionRow(key, option))
  return [
    '',
    `## sluice ${spec.name}`,
    '',
    `${spec.description}`,
    '',
    '```sh',
    usage,
    ...spec.examples,
    '```',
    ...(args.length === 0 ? [] : ['', ...args]),
    '',
    '| option | meaning | default |',
    '| --- | --- | --- |',
    ...options,
    '',
  ].join('\n')
}

function optionRow(key: string, { placeholder, description, fallback, sources, letter }: Option<unknown>): string {
  const flag = `${letter === undefined ? '' : `-${letter}, `}--${kebab(key)}${placeholder === undefined ? '' : ` <${placeholder}>`}`
  const only = sources === 'flag' ? ' (command line only)' : ''
  return `| \`${flag}\` | ${description}${only} | ${fallback === undefined ? '' : `\`${fallback}\``} |`
}

const RPC_HEAD = `# JSON-RPC

A running node answers JSON-RPC 2.0 at the loopback address that \`rpc.json\` in its data folder names, with the token from the
same file: \`POST /\` with \`Authorization: Bearer <token>\`. The file can be read by the node's user only. Amounts and other large
integers are decimal strings, ids and addresses lowercase hexadecimal. A method answers when its work is done, however long
that takes: a deposit when a final block shows it.

An error carries \`data.code\`, \`data.action\` and \`data.details\`; the codes are in [errors.md](errors.md). \`code\` is one of JSON-RPC's
own, or -32001 (no valid token), -32002 (a foreign Host), -32000 (every other typed error).

\`GET /events\` streams the engine's notifications (server-sent events, one JSON object each, after a first comment from which on
nothing is missed): \`channel\`, \`virtual\`, \`payment\`, \`peer\`, \`transaction\`, \`loss\`, \`chain\`. \`GET /metrics\` answers Prometheus' text format.

| method | what it does |
| --- | --- |
`

/** docs/rpc.md: the methods of a running node. */
export function rpcPage(): string {
  return `${RPC_HEAD}${Object.entries(methods)
    .map(([name, { summary }]) => `| \`${name}\` | ${summary} |\n`)
    .join('')}`
}
