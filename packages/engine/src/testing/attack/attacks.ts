import type { Attack } from './attack.ts'
import { claimDrain } from './claim-drain.ts'
import { dust } from './dust.ts'
import { floodAndLoot } from './flood-and-loot.ts'
import { jamming } from './jamming.ts'
import { lateDecline } from './late-decline.ts'
import { nullRounds } from './null-rounds.ts'
import { poisonedAdds } from './poisoned-adds.ts'
import { smallFolds } from './small-folds.ts'
import { strangers } from './strangers.ts'

/** The attacks on an engine in a simulated world. */
export const simulatedAttacks: readonly Attack[] = [
  floodAndLoot,
  claimDrain,
  dust,
  smallFolds,
  lateDecline,
  jamming,
  poisonedAdds,
  nullRounds,
  strangers,
]
