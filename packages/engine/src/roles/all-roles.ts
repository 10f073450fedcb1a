import type { EngineRole } from './engine-role.ts'
import { hub } from './hub.ts'
import { payee } from './payee.ts'
import { payer } from './payer.ts'

/** Every role: that of a node which pays, passes on and is paid. */
export const allRoles: readonly EngineRole[] = [payer, hub, payee]
