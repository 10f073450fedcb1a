// Writes specs/vectors/*.json: what every implementation of the protocol must agree on. `--check` writes nothing and
// fails when a file is stale.
//
//   node packages/protocol/scripts/vectors.ts [--check]

import { publish } from './generated.ts'
import { handshakeFiles } from './vectors/handshakes.ts'
import { lockFiles } from './vectors/locks.ts'
import { messageFiles } from './vectors/messages.ts'
import { signedFiles } from './vectors/signed.ts'
import { termsFiles } from './vectors/terms.ts'
import { tickFiles } from './vectors/ticks.ts'
import { towerFiles } from './vectors/towers.ts'

publish(
  [...termsFiles, ...signedFiles, ...handshakeFiles, ...lockFiles, ...tickFiles, ...messageFiles, ...towerFiles],
  'packages/protocol/scripts/vectors.ts',
)
