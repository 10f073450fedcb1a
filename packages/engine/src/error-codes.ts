import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of the engine itself: a stable code, what it means, and what to do next. */
export const engineErrors = {
  ENGINE_STOPPED: {
    message: 'the engine is stopped',
    action: 'Start it again on the same store.',
  },
  STORE_WAITS: {
    message: 'the store takes nothing now, and too much waits for it already',
    action: 'Make space on the disk, or let it be written to: what waits goes on by itself.',
  },
  ENGINE_FAILED: {
    message: 'the engine stopped because its store failed: {reason}',
    action: 'Mend the store (free space, permissions) and start again: nothing of the failed commit has left.',
  },
  STORE_OF_ANOTHER: {
    message: 'the store belongs to {stored}, not to {given}',
    action:
      'Use the key, chain and contract that the store was begun with, or another folder for these. Nothing was written.',
  },
  BACKUP_UNREADABLE: {
    message: 'the backup cannot be read: {reason}',
    action: 'Use the version that wrote it, or another backup.',
  },
  CALL_ABORTED: {
    message: 'the call was given up while it waited: {waitingFor}',
    action: 'Call again: what was begun goes on.',
  },
  PEER_QUEUE_FULL: {
    message: '{peer} has left {count} messages unacknowledged',
    action: 'Wait until the peer is back, or close its channels on chain.',
  },
  PEER_UNKNOWN_URL: {
    message: 'there is no session with {peer} and it is not known where it listens',
    action: "Give the peer's url.",
  },
  PEER_IS_SELF: {
    message: '{peer} is this node itself',
    action: 'Name another peer.',
  },
  PEER_UNREACHABLE: {
    message: '{peer} does not answer at {url}',
    action: 'Check that the peer runs and that the url is right.',
  },
  PEER_FROZEN: {
    message: 'this side or {peer} lost data: {reason}',
    action:
      'Wait until the channels with it are closed on chain, which this side does by itself: `sluice channel list` shows how far that is. Then open a new one.',
  },
  PEER_PROTOCOL: {
    message: '{peer} broke the protocol of sessions: {reason}',
    action: 'Nothing; the session was ended.',
  },
  PEER_FEATURE_UNKNOWN: {
    message: '{peer} requires the features {features}, which this side does not know',
    action: 'Upgrade this side.',
  },
  PEER_FEATURE_MISSING: {
    message: '{peer} lacks the features {features}, which this side requires',
    action: 'Ask for the peer to be upgraded, or use another peer.',
  },
  PEER_SIGNATURE_WRONG: {
    message: 'the {what} is not signed by {peer}',
    action: 'Nothing; it was ignored.',
  },
  CHANNEL_UNKNOWN: {
    message: 'there is no channel {channelId}',
    action: 'Name one of the channels listed.',
  },
  CHANNEL_NOT_OPEN: {
    message: 'the channel {channelId} is {status}',
    action: 'Use an open channel.',
  },
  POLICY_CONTRADICTORY: {
    message: 'the policy contradicts itself: {reason}',
    action: 'Change one of the limits named.',
  },
  CHANNEL_NOT_FUNDED: {
    message: 'no block shows a deposit into the channel {channelId} that is worth a virtual channel',
    action: 'Deposit first, and use the channel once a final block holds the deposit.',
  },
  CHANNEL_REJECTED: {
    message: '{peer} does not agree to the channel: {code} {text}',
    action: 'Change what the peer objects to, or choose another peer.',
  },
  CHANNEL_UNANSWERED: {
    message: '{peer} did not answer the proposal of a channel in time',
    action: 'Try again when the peer is there, or choose another peer.',
  },
  CHANNEL_PROPOSAL_REFUSED: {
    message: 'the proposal of {peer} is refused: {reason}',
    action: 'Propose terms that the policy takes.',
  },
  CHANNEL_TOKEN_REFUSED: {
    message: 'channels in the token {token} are not taken here, only in {taken}',
    action: 'Propose a channel in a token that is taken, or choose another peer.',
  },
  CHANNEL_FROZEN: {
    message: 'the channel {channelId} is frozen: {reason}',
    action: 'Wait until it is closed on chain, which this side does by itself.',
  },
  DEPOSIT_FAILED: {
    message: 'the deposit of {amount} into {channelId} failed on chain: {reason}',
    action:
      "Check the account's balance, the token's allowance and what the channel holds already, then deposit again.",
  },
  AMOUNT_INVALID: {
    message: 'the amount {amount} is not above zero and below 2^128',
    action: 'Give an amount in base units.',
  },
  FEES_UNKNOWN: {
    message: 'it is not known what {hub} asks for: nothing was locked or paid',
    action:
      'Connect to it: the first hub of a path tells in its session what it asks of you. Or give the fees of all hubs, in their order: each tells only the one before it.',
  },
  FEES_TOO_HIGH: {
    message: 'the hubs ask for fees of {total}, more than the {max} that are paid at most',
    action:
      'Choose other hubs, or raise the limit: --fee-max of the command, feesMax of the call, or feeMax and feeMaxAmount of the policy.',
  },
  WITHDRAW_TOO_MUCH: {
    message: '{amount} is more than the {spendable} that can be withdrawn',
    action: 'Withdraw less, or close the channel.',
  },
  WITHDRAW_PENDING: {
    message: 'a withdrawal from {channelId} is under way',
    action: 'Wait until it is executed or past its deadline.',
  },
  WITHDRAW_REFUSED: {
    message: '{peer} refuses the withdrawal: {code}',
    action: 'Try a smaller amount later, or close the channel.',
  },
  WITHDRAW_EXPIRED: {
    message: 'the withdrawal from {channelId} passed its deadline without being executed',
    action: 'Withdraw again.',
  },
  CLOSE_REFUSED: {
    message: '{peer} refuses the cooperative close of {channelId}: {code}',
    action: 'Close it alone (unilateral).',
  },
  CLOSE_EXPIRED: {
    message: 'the close of {channelId} passed its deadline without being executed',
    action: 'Close again, or alone (unilateral).',
  },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link engineErrors}. */
export type EngineErrorCode = keyof typeof engineErrors
