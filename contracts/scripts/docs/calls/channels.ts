import type { CallGroup } from './call.ts'

/** What the first call with an id says of terms that make no channel. */
const terms = ['DirtyTerms', 'BadTerms', 'SameAccount', 'ZeroWindow', 'NonceAhead']
const depositing = ['WrongParty', 'NothingReceived', 'ChannelOver', ...terms, 'TooMuch']
const pulling = ['NeedsToken', ...depositing, 'NotErc20']
const voucher = ['WrongLane', 'BadLocks', 'BadSignature', 'NotReceiver']
const whileAlive = 'Any time until the channel is settled or closed, also while it is closing.'

export const deposits: CallGroup = {
  contract: 'Sluice',
  title: 'Deposits',
  samples: 'deposits',
  calls: {
    depositWithValue: {
      who: 'anyone, for either party',
      when: whileAlive,
      events: ['Deposited'],
      errors: ['NeedsNative', ...depositing],
      notes: [
        'The first deposit opens the channel; there is no other call for that. Terms are validated by it.',
        'A deposit during a dispute counts at settlement, for the party that it names.',
      ],
    },
    depositWithAllowance: {
      who: 'anyone with an allowance for the contract, for either party',
      when: whileAlive,
      events: ['Deposited'],
      errors: [...pulling, 'PullFailed'],
      notes: [
        'The balance before and after decides what is credited: of a token that keeps a fee, what arrived.',
        'Name in a policy the tokens that you take: some kinds break their channels ([which](../../../specs/security.md#tokens-that-break-a-channel)).',
      ],
    },
    depositWithPermit: {
      who: 'the owner of the tokens, for either party',
      when: whileAlive,
      events: ['Deposited'],
      errors: [...pulling, 'PullFailed'],
      notes: [
        "The permit is the sender's own. If somebody submitted it before, the call goes on with the allowance that it left.",
      ],
    },
    depositWithAuthorization: {
      who: "anyone, with the payer's EIP-3009 signature",
      when: `${whileAlive} Between \`validAfter\` and \`validBefore\`, both exclusive.`,
      events: ['Deposited'],
      errors: pulling,
      notes: [
        "What the token says of a bad authorization passes through as the token's own error.",
        "The authorization's nonce is keccak256(abi.encode(channelId, party, salt)): nobody can bring the money to another channel or party.",
      ],
    },
    depositWithPermit2: {
      who: "anyone, with the payer's Permit2 signature",
      when: whileAlive,
      events: ['Deposited'],
      errors: pulling,
      notes: [
        'The payer approves the token to Permit2 once, at its one address on every chain. Where Permit2 is not deployed the call reverts without data.',
        "Permit2's own errors, of a used nonce or a late deadline, pass through.",
      ],
    },
  },
}

export const cooperative: CallGroup = {
  contract: 'Sluice',
  title: 'What both parties agreed on',
  samples: 'cooperative',
  calls: {
    withdraw: {
      who: "anyone, with both signers' signatures; a signer that sends it needs none of its own",
      when: 'Until the deadline, as long as the channel is neither settled nor closed.',
      events: ['Withdrawn', 'Credited'],
      errors: ['WrongParty', 'DeadlinePassed', 'BadSignature', 'ChannelOver', ...terms, 'NothingNew', 'PotTooSmall'],
      notes: [
        'What was signed is a total: sent twice it pays once, and a later total replaces an earlier one.',
        'Once a close began, sign no withdrawal: what the other side withdraws is no longer there for your vouchers.',
      ],
    },
    close: {
      who: "anyone, with both signers' signatures; a signer that sends it needs none of its own",
      when: 'Until the deadline, as long as the channel is neither settled nor closed.',
      events: ['Closed', 'Credited'],
      errors: ['WrongParty', 'DeadlinePassed', 'BadSignature', 'ChannelOver', ...terms, 'ShareBelowZero'],
      notes: [
        'What is signed is the difference, not the shares, so deposits that arrive meanwhile go to whom they belong.',
        'Sign or send only when no lock is left, and neither pay nor accept anything more until the deadline is over: vouchers are worth nothing after this call.',
      ],
    },
  },
}

export const disputes: CallGroup = {
  contract: 'Sluice',
  title: 'Closing alone',
  samples: 'disputes',
  calls: {
    startClose: {
      who: 'a party: the account or the signer of either side',
      when: 'Any time while the channel is open. Do it when the other side is gone, refuses to close, or breaks the protocol.',
      events: ['CloseStarted'],
      errors: ['NotParty', 'ChannelOver', ...terms, 'AlreadyClosing', ...voucher],
      notes: [
        "Show the newest voucher that you received. Without the receiver's signature it has to be of the lane that the sender receives.",
        'The window runs `disputeWindow` seconds from this block. The event tells the voucher shown. Watch for `LaneUpdated` and answer what is older than what you hold.',
      ],
    },
    startCloseFor: {
      who: "anyone, with a party's CloseRequest",
      when: "While the channel is open, until the request's deadline.",
      events: ['CloseStarted'],
      errors: ['NotParty', 'DeadlinePassed', 'ChannelOver', ...terms, 'AlreadyClosing', ...voucher],
      notes: [
        "A request shows no voucher by itself: one that comes along needs its receiver's signature.",
        'Whoever has the request can use it until its deadline. Keep the deadline near: another one costs nothing.',
      ],
    },
    updateLane: {
      who: "the lane's receiver, or anyone with the receiver's signature on the voucher",
      when: 'While the window runs: from `CloseStarted` until before `closesAt`.',
      events: ['LaneUpdated'],
      errors: ['ChannelOver', 'NotClosing', 'WindowOver', 'StaleVoucher', ...voucher],
      notes: [
        'Only a higher `seq` counts. The payer alone cannot show a voucher: it could sign a high one that owes nothing.',
        "Keep the voucher's locks: settling needs `locked` and `locksRoot`, unlocking needs the tree.",
      ],
    },
    updateLanes: {
      who: "the receiver of each voucher's lane, or anyone with its signature",
      when: 'While the window runs.',
      events: ['LaneUpdated', 'Skipped'],
      errors: ['ChannelOver', 'NotClosing', 'WindowOver'],
      skips: ['StaleVoucher', ...voucher],
    },
    settle: {
      who: 'anyone',
      when: 'Once, from `closesAt` on.',
      events: ['Settled', 'Credited'],
      errors: ['ChannelOver', 'NotClosing', 'WindowOpen', 'LocksMismatch'],
      notes: [
        'Both are paid what is decided; what is locked stays in a pool for each lane ([protocol, section 7](../../../specs/protocol.md#7-the-contract)).',
        'Give the account of a side that burns gas in `asCredit`: it then waits as a credit, and is not called.',
      ],
    },
  },
}

export const locks: CallGroup = {
  contract: 'Sluice',
  title: 'Locks of a settled channel',
  samples: 'locks',
  calls: {
    unlock: {
      who: 'anyone',
      when: "After the settlement, once the lock's condition is final, as long as something is in the lane's pool.",
      events: ['Unlocked', 'Credited'],
      errors: ['WrongLane', 'NotSettled', 'PoolEmpty', 'BadProof', 'AlreadyUnlocked', 'NotFinal'],
      notes: [
        "The lane's receiver gets what the condition came out at, the payer the rest. Each slot is paid once.",
        'Where the pool is smaller than all locks, who comes first is paid first.',
      ],
    },
    unlockBatch: {
      who: 'anyone',
      when: 'As unlock.',
      events: ['Unlocked', 'Skipped', 'Credited'],
      errors: ['WrongLane', 'NotSettled', 'PoolEmpty'],
      skips: ['BadProof', 'AlreadyUnlocked', 'NotFinal'],
      notes: [
        'For locks far apart, or of other resolvers. A resolver that burns gas gets half of what is left, each time.',
      ],
    },
    unlockSubtree: {
      who: 'anyone',
      when: 'As unlock, for locks whose resolver is the contract itself.',
      events: ['Unlocked', 'Skipped', 'Credited'],
      errors: ['WrongLane', 'NotSettled', 'PoolEmpty', 'BadProof'],
      skips: ['AlreadyUnlocked', 'NotFinal'],
      notes: ['All slots of the part are given, so it needs one proof, and none where it is the whole tree.'],
    },
  },
}
