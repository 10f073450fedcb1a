import {
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualFields,
  type VirtualRecord,
  type VirtualTerms,
  virtualKindOf,
} from '@sluice/protocol'
import type { Waiting } from '../loop/waiting.ts'
import type { LockReceiver } from '../ports/locks/lock-keeper.ts'
import type { Role, Roles } from '../ports/locks/role.ts'
import type { Flow, Tx } from '../ports/tx.ts'

/** How somebody who is paid lets payments in that came by any transport. */
export interface Admitting {
  /** Done once the lock stands durably and the voucher is accepted. */
  admit(tx: Tx, terms: VirtualTerms, first: SignedVoucher): Id | Waiting
  /** The accepted amount once it is at least that, base units. */
  waitForAmount(tx: Tx, virtualId: Id, amount: bigint): bigint | Waiting
}

/** All that an engine needs to play a role. */
export interface EngineRole extends Role {
  readonly fields: Partial<VirtualFields>
  /** The messages, timers and news of the chain that only this role has to do with. */
  readonly flow: Flow
  readonly receiver?: LockReceiver
  readonly admitting?: Admitting
}

/** Refuses every lock of a peer: nothing is received, so that there is nothing to fold either. */
const refusing: LockReceiver = {
  receive: () => ({
    take(operation) {
      if (operation.type === 'fold') throw new ProtocolError('FOLD_LOCK_UNKNOWN', { lockId: operation.lockId })
      throw new ProtocolError('ROLE_MISSING', { role: 'hub or payee' })
    },
    slotOf: () => undefined,
    write() {},
  }),
  refused() {},
}

/** Puts roles together. */
export function rolesOf(all: readonly EngineRole[]): Roles {
  const byName = new Map<VirtualRecord['role'], EngineRole>(all.map((role) => [role.name, role]))
  const receiver = all.find((role) => role.receiver !== undefined)?.receiver
  return {
    of(name) {
      const role = byName.get(name)
      if (role === undefined) throw new ProtocolError('ROLE_MISSING', { role: name })
      return role
    },
    receives: receiver !== undefined,
    receiver: receiver ?? refusing,
    kind: virtualKindOf(Object.assign({}, ...all.map(({ fields }) => fields))),
  }
}
