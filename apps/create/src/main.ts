#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { run } from './run.ts'

const { stdin, stdout } = process
const isAttended = stdin.isTTY && stdout.isTTY
const questions = isAttended ? createInterface({ input: stdin, output: stdout }) : undefined
questions?.once('SIGINT', () => process.exit(130))
process.exitCode = await run(process.argv.slice(2), {
  ask: questions === undefined ? undefined : (question) => questions.question(question),
  say: (text) => console.log(text),
  complain: (text) => console.error(`create-sluice-app: ${text}`),
})
questions?.close()
