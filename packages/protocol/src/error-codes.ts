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
  TERMS_ZERO_ACCOUNT: {
    message: 'the zero address is nobody and cannot be paid',
    action: "Give the address that is to get the party's money.",
  },
  TERMS_SAME_ACCOUNT: {
    message: 'both parties of the channel have the account {account}',
    action: 'Give each party an account of its own.',
  },
  TERMS_ZERO_WINDOW: {
    message: 'a dispute window of zero seconds leaves nobody time to answer',
    action: 'Agree to a longer dispute window.',
  },
  // Roles
  ROLE_MISSING: {
    message: 'this node was started without the role of a {role}',
    action: 'Start it with that role: createEngine has all of them.',
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
    message: 'message version {got} is outside {min} to {max}',
    action: 'Upgrade whichever side is older.',
  },
  MESSAGE_TYPE_UNKNOWN: {
    message: 'there is no message of the type {got}',
    action: 'Upgrade whichever side is older.',
  },
  MESSAGE_FIELD_UNKNOWN: {
    message: '{path} is no field of this message, and its sender does not let it be ignored',
    action: 'Upgrade whichever side is older, or leave the field out.',
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
  LANE_OVERSPENT: {
    message: 'the update spends {needed}, and {spendable} is spendable',
    action: 'Deposit more, or wait for income to be countersigned.',
  },
  LANE_FULL: {
    message: '{waiting} updates await an answer or a countersignature, the most that may',
    action: 'Wait for the peer.',
  },
  REFUSAL_BELOW_COUNTERSIGNED: {
    message: 'the refusal goes back to seq {newest}, below the countersigned seq {countersigned}',
    action: 'Nothing: a countersigned voucher cannot be refused any more.',
  },
  REFUSAL_UNKNOWN: {
    message: 'the refusal of seq {seq} goes back to seq {newest}, and the two are no such vouchers of this lane',
    action: 'Name the update refused and the newest one accepted.',
  },
  COUNTERSIGN_UNKNOWN: {
    message: 'seq {seq} cannot be countersigned: it was never signed, or was refused',
    action: 'Countersign the newest accepted voucher.',
  },
  COUNTERSIGN_WRONG: {
    message: 'the countersignature on seq {seq} is not that of {expected}',
    action: "Sign with the lane receiver's own key.",
  },
  // Adding a lock
  CHANNEL_CLOSING: {
    message: 'the channel {channelId} is closing, or signed to be closed',
    action: 'Wait for the answer of the chain, or use another channel.',
  },
  ADD_PATH_WRONG: {
    message: '{payer} and {receiver} do not follow one another in the path',
    action: 'Lock only for virtual channels whose path leads over this channel.',
  },
  ADD_TOKEN_WRONG: {
    message: 'the virtual channel is in {got}, the channel in {expected}',
    action: 'Use a channel in the same token.',
  },
  ADD_CAPACITY_SMALL: {
    message: 'the capacity {capacity} is below {min}',
    action: 'Open with a larger capacity.',
  },
  ADD_ID_SEEN: {
    message: 'the virtual channel {virtualId} was seen before',
    action: 'Use a fresh nonce.',
  },
  ADD_NONCE_AGE: {
    message: 'the nonce was made {minutes} minutes from now, more than {max}',
    action: 'Use a fresh nonce, and set the clock.',
  },
  ADD_NONCE_AHEAD: {
    message: 'the nonce names a minute that is {minutes} minutes ahead, more than {max}',
    action: 'Use a fresh nonce, and set the clock.',
  },
  ADD_WINDOW: {
    message: 'the dispute window of {window} s is outside {min} to {max}',
    action: 'Choose a window within these bounds.',
  },
  ADD_LOCKS_MAX: {
    message: 'the lane holds {max} locks, the most that it may',
    action: 'Close other virtual channels first.',
  },
  ADD_DUST: {
    message:
      'a capacity of {capacity} is not worth enforcing on chain, and what would be held on trust, {trusted}, is more than the fees earned, {earned}',
    action: 'Open it with a larger capacity, or pay by another hub.',
  },
  PROLONG_NOT_LATER: {
    message: 'the virtual channel lives until {standing} already, and {until} is not later',
    action: 'Name a later second.',
  },
  PROLONG_UNSUPPORTED: {
    message: '{peer} prolongs no virtual channels, or no session with it stands',
    action: 'Connect to it, or open another virtual channel.',
  },
  ADD_PEER_OWES: {
    message: '{peer} did not fold all that was folded for it: nothing more is taken on for it',
    action: 'Fold the virtual channels that are owed, or use another hub.',
  },
  DEFENCE_FULL: {
    message: '{live} virtual channels are open, and the chain would not take the defence of more than {max} in time',
    action: 'Wait until others are closed, or pay by another hub.',
  },
  ADD_VIRTUALS_MAX: {
    message: 'the node remembers {max} virtual channels, the most that it may',
    action: 'Wait: those that are over are forgotten after a while.',
  },
  ADD_MEMO_LENGTH: {
    message: 'the memo has {until} lifetimes and {fees} fees for {hops} hops',
    action: 'Give a lifetime for each hop and a fee for each intermediary.',
  },
  ADD_LIFETIME: {
    message: 'a lifetime of {seconds} s is outside {min} to {max}',
    action: 'Choose a lifetime within these bounds.',
  },
  ADD_LIFETIME_ORDER: {
    message: 'hop {hop} ends less than {margin} s before the hop before it',
    action: 'Let each hop end before the one towards the payer.',
  },
  ADD_FEES_MISSING: {
    message: 'the update pays {paid} for fees, and its adds carry {fees}',
    action: 'Pay the fees beside the add.',
  },
  // Forwarding a lock
  FORWARD_NOT_STANDING: {
    message: 'the incoming lock of {virtualId} does not stand',
    action: 'Nothing; the virtual channel is over.',
  },
  FORWARD_DISABLED: {
    message: 'this node forwards nothing',
    action: 'Choose a path over a hub.',
  },
  FORWARD_NO_CHANNEL: {
    message: 'there is no open channel with {next} in {token}',
    action: 'Choose a path over a hub that has one.',
  },
  FORWARD_UNREACHABLE: {
    message: '{next} is not connected',
    action: 'Try again when the next member is back.',
  },
  FORWARD_CHAIN_STALE: {
    message: 'the hub has not seen a new block of the chain for a while',
    action: 'Try again later, or by another hub.',
  },
  FORWARD_SHARE: {
    message: 'what {peer} may hold of the {what} towards {next} is {max}, and it holds {held}',
    action:
      'Try again later, open with less, or by another hub: what a hub lets a peer hold grows with what it forwarded for it.',
  },
  FEE_LOW: {
    message: 'the fee of {got} is below {needed}',
    action: "Pay the fees that the hubs' schedules say.",
  },
  // Folding a lock
  LOCK_RESOLVER_REFUSED: {
    message: 'no lock of the resolver {resolver} is taken here',
    action: 'Lock by a virtual channel, or by a resolver that the other side names.',
  },
  FOLD_LOCK_UNKNOWN: {
    message: 'the lane holds no lock {lockId}',
    action: 'Fold a lock that stands.',
  },
  FOLD_ABOVE_LOCK: {
    message: 'the fold of {lockId} at {amount} is above its lock of {lock}',
    action: 'Fold at the lock or less.',
  },
  FOLD_TOO_LOW: {
    message: 'the fold of {virtualId} at {amount} does not cover {needed}',
    action: 'Fold at that value or more.',
  },
  FOLD_TOO_HIGH: {
    message: 'folding {virtualId} at {amount} is more than the {allowed} that is sure',
    action: 'Fold at less, or wait for the final amount of the chain.',
  },
  FOLD_NOT_FINAL: {
    message: 'the window of {virtualId} is over, and no final block shows it yet',
    action: 'Fold again once a final block is past the window.',
  },
  FOLD_WHILE_CLOSING: {
    message: 'the virtual channel {virtualId} is closing on chain',
    action: 'Wait for its final amount.',
  },
  // Payments
  VIRTUAL_UNKNOWN: {
    message: 'there is no virtual channel {virtualId} here',
    action: 'Name one of the virtual channels listed.',
  },
  VIRTUAL_ROLE: {
    message: '{virtualId} is not for this node as {role}',
    action: 'Use a virtual channel of the right role.',
  },
  VIRTUAL_CLOSED: {
    message: 'the virtual channel {virtualId} is {status} and takes no payment',
    action: 'Open another one.',
  },
  VIRTUAL_EXPIRED: {
    message: 'the virtual channel {virtualId} lives until {until}, too short for another payment',
    action: 'Open another one.',
  },
  VIRTUAL_NO_LOCK: {
    message: 'the lock of {virtualId} does not stand',
    action: 'Wait for the lock.',
  },
  PAYMENT_NOT_ABOVE: {
    message: 'a total of {amount} is not above the {highest} paid before',
    action: 'Pay a higher total: amounts are cumulative.',
  },
  PAYMENT_ABOVE_CAPACITY: {
    message: 'a total of {amount} is above the capacity of {capacity}',
    action: 'Open another virtual channel.',
  },
  PAYMENT_SIGNATURE_WRONG: {
    message: 'the voucher of {virtualId} is not signed by {expected}',
    action: "Sign with the payer's key.",
  },
  PAYMENT_TICKS: {
    message: 'the voucher commits to {count} ticks, over the limit of {max}',
    action: 'Commit to fewer ticks a voucher.',
  },
  PAYMENT_ANCHOR_REUSED: {
    message: 'the voucher of {virtualId} commits to ticks that an earlier one committed to',
    action: 'Use a fresh seed for each voucher.',
  },
  // Closing and withdrawing together
  CLOSE_WITH_LOCKS: {
    message: 'the channel {channelId} still holds locks',
    action: 'Close its virtual channels first.',
  },
  DEADLINE_FAR: {
    message: 'the deadline {deadline} is further ahead than {max}',
    action: 'Choose an earlier deadline.',
  },
  DEADLINE_NEAR: {
    message: 'the deadline {deadline} is nearer than {min}',
    action: 'Choose a later deadline.',
  },
  CLOSE_AMOUNT_WRONG: {
    message: 'the close moves {got} from party {from}, and the lanes say {expected}',
    action: 'Sign what the newest vouchers of both lanes come to.',
  },
  // Disk records
  RECORD_VERSION_UNKNOWN: {
    message: 'the record {key} has version {got}, and this release reads version {expected} alone',
    action:
      'Run the release that wrote the store. To change to this one, close the channels there and start with an empty store.',
  },
  RECORD_KIND_UNKNOWN: {
    message: 'the record {key} is of no kind that this release knows',
    action: 'Run the release that wrote the store.',
  },
  RECORD_MALFORMED: {
    message: 'the record {key} cannot be read: {reason}',
    action: 'Restore the store, or restore the account from its backup.',
  },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link protocolErrors}. */
export type ProtocolErrorCode = keyof typeof protocolErrors
