import { parseArgs } from 'node:util'
import { CreateError } from './errors.ts'

/** What somebody asks for. */
export interface Arguments {
  readonly folder: string | undefined
  readonly example: string | undefined
  readonly json: boolean
  readonly list: boolean
  readonly help: boolean
}

const options = {
  example: { type: 'string' },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

export const HELP = `usage: npm create sluice-app [folder] -- [--example <name>] [--json]

Starts an app that pays or is paid by Sluice, from an example. Asks for what is not told, at a terminal.

  --example <name>  which example
  --list            tells which there are
  --json            asks nothing, and answers with one JSON object; errors too
`

/** @throws CreateError `USAGE`. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [folder, ...more] = positionals
    if (more.length > 0) throw new Error(`one folder is enough: ${more.join(' ')} is too much`)
    return { ...values, folder, example: values.example }
  } catch (thrown) {
    // Node.js adds advice for programs whose arguments may begin with a hyphen.
    const [problem = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('. ')
    throw new CreateError('USAGE', { problem }, thrown)
  }
}
