// `./run example [NAME]`: runs an example as `npm start` does in its folder, until Ctrl-C. Without a name it lists them.

import { runCommand } from '../process/run-command.ts'
import { listExamples } from './list.ts'

const examples = listExamples()
const list = examples.map(({ name, description }) => `  ${name.padEnd(14)}${description}`).join('\n')
const [wanted, ...rest] = process.argv.slice(2)
const example = examples.find(({ name }) => name === wanted)
if (wanted === undefined) console.log(`usage: ./run example <name>\n\n${list}`)
else if (example === undefined || rest.length > 0) {
  console.error(`example: ${[wanted, ...rest].join(' ')} is no example. There are:\n\n${list}`)
  process.exitCode = 2
} else {
  const { code } = await runCommand(example.start, { output: 'inherit', cwd: example.folder })
  process.exitCode = code
}
