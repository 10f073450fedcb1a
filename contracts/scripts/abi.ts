// `npm run abi -w contracts`: writes the generated TypeScript files.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder } from './tools/foundry.ts'
import { generateFiles } from './tools/generated.ts'

for (const [path, text] of generateFiles()) writeFileSync(join(contractsFolder, path), text)
