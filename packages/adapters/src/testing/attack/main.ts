// ./run attack [name] [--json]

import { runAttacks, simulatedAttacks } from '@sluice/engine/testing'

process.exitCode = await runAttacks([...simulatedAttacks], process.argv.slice(2))
