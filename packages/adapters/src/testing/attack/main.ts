// ./run attack [name] [--json]

import { runAttacks, simulatedAttacks } from '@sluice/engine/testing'
import { lyingEndpoint } from './lying-endpoint.ts'

process.exitCode = await runAttacks([...simulatedAttacks, lyingEndpoint], process.argv.slice(2))
