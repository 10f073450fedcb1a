import type { ErrorDefinition } from '@sluice/protocol'

/** What a watchtower refuses. */
export const towerErrors = {
  TOWER_REQUEST_REFUSED: {
    message: 'the watchtower takes no such request: {reason}',
    action: 'Sign requests by the client, and set the clock: their numbers are milliseconds and rise.',
  },
  TOWER_NOT_PAID: {
    message: '{client} has nothing left for gas at the watchtower',
    action: 'Pay it beforehand: `sluice watchtower add URL --prepay AMOUNT`.',
  },
  TOWER_FULL: {
    message: 'the watchtower keeps {items} items and {bytes} bytes for a client at most',
    action: 'Close what is not needed, or hire another watchtower.',
  },
  TOWER_ITEM_INVALID: {
    message: 'the watchtower does not take the item {key}: {reason}',
    action: 'Hand over what specs/watchtower.md says.',
  },
  TOWER_ITEM_OLDER: {
    message: 'the item {key} holds voucher {seq}, and the watchtower has {held}',
    action: 'If this side lost data, do not go on with this store: leave by a backup, or close its channels.',
  },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link towerErrors}. */
export type TowerErrorCode = keyof typeof towerErrors
