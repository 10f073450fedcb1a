import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of the stores. */
export const storeErrors = {
  STORE_IN_USE: {
    message: 'the store {path} is in use by {owner}',
    action:
      'Wait until that process is done, or stop it. A node answers commands once it has caught up with the chain; what it has can be looked at meanwhile with `sluice status` and `sluice channel list`.',
  },
  STORE_BUSY: {
    message: 'the store {path} is written by another process again and again while it is copied',
    action: 'Try again.',
  },
  STORE_UNREACHABLE: {
    message: 'the store {path} cannot be opened: {reason}',
    action: 'Make the folder, and give this user the right to read and write it.',
  },
  STORE_CORRUPT: {
    message: 'the store {path} is damaged: {reason}',
    action: 'Leave the file as it is, and close the channels on chain with the newest backup.',
  },
  STORE_FOREIGN: {
    message: 'the file {path} is no store of Sluice',
    action: 'Choose another path.',
  },
  STORE_VERSION_UNKNOWN: {
    message: 'the store {path} has version {version}, and this program knows {known}',
    action: 'Use a newer version of this program.',
  },
  STORE_FULL: {
    message: 'there is no room left to write the store {path}',
    action: 'Free space on the disk, then start again: nothing half-written is kept.',
  },
  STORE_WRITE_FAILED: {
    message: 'writing the store {path} failed: {reason}',
    action: 'Check the disk, then start again: nothing half-written is kept.',
  },
  STORE_CLOSED: {
    message: 'the store {path} is closed',
    action: 'Open it again.',
  },
} as const satisfies Record<string, ErrorDefinition>
