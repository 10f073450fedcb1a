import type { ErrorDefinition } from './errors.ts'

/**
 * Every error of this package: a stable code, what it means with its values in braces, and what to do next.
 * docs/errors.md is written from it (`node packages/protocol/scripts/errors.ts`); a test holds the two equal.
 */
export const protocolErrors = {
  // Values
  HEX_INVALID: {
    message: '{field} is not {bytes} bytes of lowercase hexadecimal with the prefix 0x',
    action: 'Give the value in that form.',
  },
  NUMBER_OUT_OF_RANGE: {
    message: '{field} is {value}, outside 0 to {max}',
    action: 'Give a whole number within the range.',
  },
  BYTES_LENGTH: {
    message: '{field} has {got} bytes, not {expected}',
    action: 'Give a value of the right length.',
  },
  // Terms
  TERMS_SIGNERS_ORDER: {
    message: "a channel's parties stand in ascending order of their signers, and {a} is not below {b}",
    action: 'Swap the parties, or use two different signers.',
  },
  TERMS_PATH_LENGTH: {
    message: 'a path has {min} to {max} members, not {got}',
    action: 'Choose a path with fewer intermediaries.',
  },
  TERMS_PATH_REPEATED: {
    message: '{signer} stands in the path more than once',
    action: 'Choose a path without repeats.',
  },
  TERMS_ZERO_SIGNER: {
    message: 'the zero address is nobody and cannot sign',
    action: 'Give the address of a signer.',
  },
  // Locks
  LOCK_SLOT_INVALID: {
    message: 'slot {slot} is not a whole number from 0 to {max}',
    action: 'Give the slot of a lock.',
  },
  LOCK_SLOT_EMPTY: {
    message: 'slot {slot} holds no lock',
    action: 'Name a slot that holds a lock.',
  },
  LOCK_SLOT_TAKEN: {
    message: 'slot {slot} holds a lock already',
    action: 'Put the lock into the lowest free slot.',
  },
  // Ticks
  TICK_INDEX_INVALID: {
    message: 'tick {index} is outside {min} to {max}',
    action: 'Reveal a tick that the voucher commits to.',
  },
  TICK_PREIMAGE_WRONG: {
    message: 'the preimage of tick {index} does not hash to what is known of its chain',
    action: "Reveal the preimage of the newest voucher's own chain.",
  },
  TICKS_UNUSED: {
    message: 'the voucher commits to no ticks',
    action: 'Pay by a new voucher.',
  },
  TICKS_HALF_SET: {
    message: 'the tick fields of a voucher are all zero or all set',
    action: 'Give an anchor, a value and a count, or none of them.',
  },
  // Messages
  MESSAGE_OVERSIZE: {
    message: 'a message of {got} bytes is over the limit of {max}',
    action: 'Send less at once.',
  },
  MESSAGE_MALFORMED: {
    message: 'the bytes are no DAG-CBOR',
    action: 'Encode messages as the specification says.',
  },
  MESSAGE_NOT_CANONICAL: {
    message: 'the bytes are not the one encoding of what they say',
    action: 'Encode canonically: sorted keys, shortest integers, no trailing bytes.',
  },
  MESSAGE_VERSION_UNKNOWN: {
    message: 'message version {got} is not {expected}',
    action: 'Upgrade whichever side is older.',
  },
  MESSAGE_TYPE_UNKNOWN: {
    message: 'there is no message of the type {got}',
    action: 'Upgrade whichever side is older.',
  },
  MESSAGE_FIELD_UNKNOWN: {
    message: '{path} is no field of this message',
    action: 'Leave the field out.',
  },
  MESSAGE_FIELD_MISSING: {
    message: 'the field {path} is missing',
    action: 'Send every field that is not optional.',
  },
  MESSAGE_FIELD_INVALID: {
    message: '{path} is not {expected}',
    action: 'Send the field as the specification says.',
  },
  // Lane
  LANE_CHANNEL_WRONG: {
    message: 'the voucher is for the channel {got}, not {expected}',
    action: 'Send the update on its own channel.',
  },
  LANE_INDEX_WRONG: {
    message: 'the voucher is for lane {got}, and the sender pays on lane {expected}',
    action: "Sign vouchers of one's own lane only.",
  },
  LANE_BASE_UNKNOWN: {
    message: 'the update builds on seq {got}, and the newest accepted is {expected}',
    action: 'Build on the newest seq that the receiver accepted.',
  },
  LANE_SEQ_NOT_ABOVE: {
    message: 'seq {got} is not above {newest}',
    action: 'Sign the next unused seq.',
  },
  LANE_SEQ_GAP: {
    message: 'seq {got} is more than {max} above {newest}',
    action: 'Wait until the receiver has answered earlier updates.',
  },
  LANE_SIGNATURE_WRONG: {
    message: 'the signature on seq {seq} is not that of {expected}',
    action: "Sign with the lane payer's own key.",
  },
  LANE_PAID_MISMATCH: {
    message: 'the operations lead to paid {expected}, and {got} is signed',
    action: 'Sign exactly what the operations lead to.',
  },
  LANE_LOCKED_MISMATCH: {
    message: 'the operations lead to locked {expected}, and {got} is signed',
    action: 'Sign exactly what the operations lead to.',
  },
  LANE_ROOT_MISMATCH: {
    message: 'the operations lead to the root {expected}, and {got} is signed',
    action: 'Sign exactly what the operations lead to.',
  },
  LANE_OPERATIONS_EMPTY: {
    message: 'the update has no operation',
    action: 'Send an update with at least one operation.',
  },
  LANE_OPERATIONS_TOO_MANY: {
    message: 'the update has {got} operations, over the limit of {max}',
    action: 'Send the operations in several updates.',
  },
  LANE_OVERSPENT: {
    message: 'the update spends {needed}, and {spendable} is spendable',
    action: 'Deposit more, or wait for income to be countersigned.',
  },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link protocolErrors}. */
export type ProtocolErrorCode = keyof typeof protocolErrors
