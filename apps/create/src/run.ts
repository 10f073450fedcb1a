import { relative } from 'node:path'
import { SluiceError } from '@sluice/protocol'
import { HELP, readArguments } from './arguments.ts'
import { createApp } from './create-app.ts'
import { findExample, listExamples } from './examples.ts'

/** Where the command talks to. */
export interface Terminal {
  /** Asks somebody; undefined where nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
}

const listed = (): string =>
  listExamples()
    .map(({ name, description }) => `  ${name.padEnd(14)}${description}`)
    .join('\n')

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

async function perform(args: readonly string[], { ask, say }: Terminal): Promise<void> {
  const { folder, example, json, list, help } = readArguments(args)
  if (help) return say(HELP)
  const answer = (value: object, text: string): void => say(json ? JSON.stringify(value) : text)
  if (list)
    return answer({ examples: listExamples().map(({ name, description }) => ({ name, description })) }, listed())
  const question = json ? undefined : ask
  if (example === undefined && question !== undefined) say(`${listed()}\n`)
  const found = findExample(example ?? (await question?.('Which example? '))?.trim())
  const path = folder ?? ((await question?.(`Which folder? (${found.name}) `))?.trim() || found.name)
  const app = createApp(found, path)
  const here = relative(process.cwd(), app.folder)
  const next = [...(here === '' ? [] : [`cd ${quoted(here)}`]), 'npm install', 'npm start']
  answer(
    { ...app, next },
    `${app.example} is in ${here === '' ? 'this folder' : here}. Next:\n\n  ${next.join('\n  ')}\n`,
  )
}

/** Runs the command. Resolves with its exit code: 0 done, 2 wrong usage, 1 anything else. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await perform(args, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const { code, message, action, details } = error
    if (args.includes('--json')) terminal.say(JSON.stringify({ error: { code, message, action, details } }))
    else terminal.complain(`${message}. ${action}`)
    return code === 'FOLDER_UNWRITABLE' ? 1 : 2
  }
}
