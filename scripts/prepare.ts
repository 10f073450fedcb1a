// What `./run` does before it starts a script: answers a call for help or with an unknown name, and brings the packages
// up to the lock file. It runs before any package is there, so it imports Node's own modules only.
import { findCommand, listCommands } from './prepare/commands.ts'
import { installPackages } from './prepare/install.ts'

const [name = 'help'] = process.argv.slice(2)

if (['help', '-h', '--help'].includes(name)) console.log(listCommands())
else if (findCommand(name) === undefined) {
  console.error(`run: there is no command named ${name}\n\n${listCommands()}`)
  process.exitCode = 2
} else process.exitCode = installPackages()
