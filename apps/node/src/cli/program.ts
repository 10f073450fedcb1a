import { Command } from 'commander'
import type { Argument, CommandSpec } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { kebab, type Option, type Raw } from './options.ts'

/** Called with what the command line holds once commander has found the command. */
export type Invoke = (spec: CommandSpec, given: Readonly<Record<string, Raw>>, args: readonly string[]) => Promise<void>

const groupSummaries: Readonly<Record<string, string>> = {
  channel: 'open, fund, list and close channels',
  virtual: 'list and close virtual channels',
  keys: "make, import and show the node's key",
}

/** The whole command, built from the table of commands. Throws commander's own errors instead of exiting. */
export function createProgram(version: string, specs: readonly CommandSpec[], invoke: Invoke): Command {
  const program = new Command('sluice')
    .description('State channels for paid retrieval and every other small payment, on Filecoin and other EVM chains.')
    .version(version)
    .showHelpAfterError(false)
    // What stands behind a command of a group is that command's, though the group may be a command, too.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
  for (const spec of specs) addCommand(program, spec, invoke)
  program.addHelpText('after', `\n${exitCodeHelp()}\n\nEvery command has its own help: sluice <command> --help.`)
  return program
}

function addCommand(program: Command, spec: CommandSpec, invoke: Invoke): void {
  const words = spec.name.split(' ')
  const parent = words.slice(0, -1).reduce((command, word) => groupOf(command, word), program)
  const command = parent
    .command(words.at(-1) ?? '')
    .summary(spec.summary)
    .description(spec.description)
    .exitOverride()
    .allowExcessArguments(false)
  for (const argument of spec.arguments) command.argument(argumentText(argument), argument.description)
  for (const [key, option] of Object.entries(spec.options)) {
    if (option.isMany) command.option(flagText(key, option), optionText(option), together(option.separator ?? ' '))
    else command.option(flagText(key, option), optionText(option))
  }
  command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  $ ${example}`).join('\n')}`)
  command.action((...received: unknown[]) => {
    const args = received.slice(0, spec.arguments.length).filter((value) => typeof value === 'string')
    return invoke(spec, command.opts(), args)
  })
}

/** The values of an option that is given several times. */
const together =
  (separator: string) =>
  (value: string, before: string | undefined): string =>
    before === undefined ? value : before + separator + value

function groupOf(parent: Command, word: string): Command {
  const existing = parent.commands.find((command) => command.name() === word)
  if (existing !== undefined) return existing
  const summary = groupSummaries[word] ?? word
  return parent.command(word).summary(summary).description(`Commands to ${summary}.`).exitOverride()
}

function argumentText({ name, optional }: Argument): string {
  return optional ? `[${name}]` : `<${name}>`
}

function flagText(key: string, option: Option<unknown>): string {
  return `${option.letter === undefined ? '' : `-${option.letter}, `}--${kebab(key)}${option.placeholder === undefined ? '' : ` <${option.placeholder}>`}`
}

function optionText({ description, fallback }: Option<unknown>): string {
  return fallback === undefined ? description : `${description} (default: ${fallback})`
}

function exitCodeHelp(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
  return `Exit codes:\n${lines.join('\n')}`
}
