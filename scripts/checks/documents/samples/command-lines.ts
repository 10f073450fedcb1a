import type { Block } from './blocks.ts'

/** A command as a document tells to type it. */
export interface CommandLine {
  readonly path: string
  readonly line: number
  readonly words: readonly string[]
}

const SHELLS = ['sh', 'bash', 'shell', 'console']

/** The commands of a block: of one for a shell all, of other code those that begin with a command of this repository. */
export function readCommandLines({ path, line, language, code }: Block): readonly CommandLine[] {
  const isShell = SHELLS.includes(language)
  if (!isShell && language !== '') return []
  const lines = joinContinued(code.split('\n'))
  return lines
    .map(({ text, offset }) => ({ text: language === 'console' ? (/^\$ (.*)$/.exec(text)?.[1] ?? '') : text, offset }))
    .filter(({ text }) => isShell || /^(?:\.\/run|sluice|npx|npm) /.test(text))
    .flatMap(({ text, offset }) => splitCommands(text).map((words) => ({ path, line: line + offset, words })))
}

function joinContinued(lines: readonly string[]): readonly { readonly text: string; readonly offset: number }[] {
  const joined: { text: string; offset: number }[] = []
  let isOpen = false
  lines.forEach((text, offset) => {
    const last = joined.at(-1)
    const isContinued = text.endsWith('\\')
    const part = isContinued ? text.slice(0, -1) : text
    if (isOpen && last !== undefined) last.text += part
    else joined.push({ text: part, offset })
    isOpen = isContinued
  })
  return joined
}

/**
 * The commands of one line as their words: placeholders such as `<cid>` filled in, comments, redirections and settings of variables left out.
 */
export function splitCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]]
  const words = fillIn(line).matchAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|(#.*$)|(&&|\|\||[;|&])|([<>]+\s*\S+)|[^\s;|&<>"'#]+/gm,
  )
  for (const [word, double, single, comment, separator, redirection] of words) {
    if (separator !== undefined) commands.push([])
    else if (comment === undefined && redirection === undefined) commands.at(-1)?.push(double ?? single ?? word)
  }
  return commands
    .map((command) => command.slice(command.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((command) => command.length > 0 && !/^[A-Z_]+=/.test(command[0] ?? ''))
}

const ADDRESS = `0x${'12'.repeat(20)}`

/** What stands for something becomes something of its kind, so that its form can be checked as well. */
function fillIn(line: string): string {
  return line
    .replace(/<([^<>\n]+)>/g, (_, name: string) => exampleOf(name))
    .replace(/0x[0-9a-f]*…[0-9a-f]*/g, ADDRESS)
    .replace(/…/g, 'anything')
}

function exampleOf(name: string): string {
  if (/channel|\bid\b/.test(name)) return '0x1234'
  if (/signer|address|account|token|contract|peer/.test(name)) return ADDRESS
  if (/url|node/.test(name)) return 'https://rpc.example'
  return name.replace(/\W+/g, '-')
}
