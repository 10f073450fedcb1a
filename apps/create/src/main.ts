#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { run } from './run.ts'

const { stdin, stdout } = process
const isAttended = stdin.isTTY && stdout.isTTY
const questions = isAttended ? createInterface({ input: stdin, output: stdout }) : undefined
// Ctrl-C, or Ctrl-D at a question: nothing more is asked.
const leave = () => process.exit(130)
questions?.once('SIGINT', leave).once('close', leave)
process.exitCode = await run(process.argv.slice(2), {
  ask: questions === undefined ? undefined : (question) => questions.question(question),
  say: (text) => console.log(text),
  complain: (text) => console.error(`create-sluice-app: ${text}`),
})
questions?.off('close', leave)
questions?.close()
