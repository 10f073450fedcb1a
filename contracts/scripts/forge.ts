// `node scripts/forge.ts <arguments>`: forge, found without its install script.

import { forge } from './tools/foundry.ts'

process.exitCode = await forge(process.argv.slice(2))
