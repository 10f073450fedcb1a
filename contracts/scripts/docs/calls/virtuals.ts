import type { CallGroup } from './call.ts'

const starting = ['NonceAhead', 'BadPath', 'ZeroWindow', 'NotMember']
const redeeming = ['VirtualNotClosing', 'NonceAhead', 'VirtualFinal', 'NotHigher', 'BadSignature']

export const virtuals: CallGroup = {
  contract: 'Sluice',
  title: 'Virtual channels',
  samples: 'virtuals',
  calls: {
    closeVirtual: {
      who: 'a member: one of the signers of the path',
      when: 'Any time. Where the window runs or is over, nothing happens.',
      events: ['VirtualUpdated'],
      errors: starting,
      notes: [
        'The window starts at amount 0: the payee redeems its newest voucher while it runs, or loses what that is worth.',
        'The payee need not call this: its redemption starts the window, too.',
      ],
    },
    closeVirtualFor: {
      who: "anyone, with a member's CloseRequest",
      when: "Until the request's deadline.",
      events: ['VirtualUpdated'],
      errors: ['DeadlinePassed', 'BadSignature', ...starting],
      notes: [
        "Such a request is good for at least the virtual channel's life, as its owner may not be able to sign another.",
      ],
    },
    closeVirtuals: {
      who: 'a member of each path',
      when: 'Any time.',
      events: ['VirtualUpdated', 'Skipped'],
      skips: starting,
    },
    closeVirtualsFor: {
      who: "anyone, with a member's CloseRequest for exactly these ids in this order",
      when: "Until the request's deadline.",
      events: ['VirtualUpdated', 'Skipped'],
      errors: ['DeadlinePassed', 'BadSignature'],
      skips: starting,
      notes: ['A request for several ids is none for one of them: keep the list with the signature.'],
    },
    closeVirtualsByLocks: {
      who: 'anyone',
      when: "After the settlement of a channel whose lane holds the locks, as long as something is in the lane's pool.",
      events: ['VirtualUpdated', 'Skipped'],
      errors: ['WrongLane', 'NotSettled', 'PoolEmpty', 'BadProof'],
      skips: ['NoLock', 'NonceAhead', 'BadPath', 'ZeroWindow', 'NotNeighbours'],
      notes: ["For who has no signer's key of the path: the lock itself shows that two neighbours in it agreed."],
    },
    redeem: {
      who: 'anyone while the window runs; a member of the path also starts it',
      when: 'Before `finalAt`.',
      events: ['VirtualUpdated'],
      errors: ['BadPath', 'ZeroWindow', ...redeeming, 'BadTick'],
      notes: [
        'The amount only rises, and never above the capacity. A voucher is redeemed with its newest tick.',
        "Each tick costs its hashes; they are hashed after the payer's signature was checked.",
      ],
    },
    redeemBatch: {
      who: 'as redeem, for each item',
      when: "Before each item's `finalAt`.",
      events: ['VirtualUpdated', 'Skipped'],
      skips: ['BadPath', 'ZeroWindow', ...redeeming, 'BadTick'],
    },
    redeemGroup: {
      who: 'as redeem, for each item',
      when: "Before each item's `finalAt`.",
      events: ['VirtualUpdated', 'Skipped'],
      errors: ['BadPath', 'ZeroWindow'],
      skips: redeeming,
      notes: [
        '`groupRedemptions` of @sluice/contracts sorts vouchers into calls. Vouchers with ticks go by redeemBatch.',
      ],
    },
  },
}

export const credits: CallGroup = {
  contract: 'Sluice',
  title: 'Credits',
  samples: 'credits',
  calls: {
    pushCredit: {
      who: 'anyone',
      when: 'Once the recipient or token takes the payment again.',
      events: ['CreditPaid'],
      errors: ['NoCredit', 'PayoutFailed'],
    },
    redirectCredit: {
      who: 'the account',
      when: 'Any time: for a recipient that can never be paid, as a contract that takes no money.',
      events: ['CreditPaid'],
      errors: ['NoCredit', 'CreditTooSmall', 'PayoutFailed'],
    },
    redirectCreditFor: {
      who: "anyone, with the account's signature (ECDSA or ERC-1271)",
      when: "Until the deadline, with the account's current nonce.",
      events: ['RedirectNonceUsed', 'CreditPaid'],
      errors: ['DeadlinePassed', 'WrongNonce', 'BadSignature', 'CreditTooSmall', 'PayoutFailed'],
      notes: [
        'It takes the amount that it names and no more, whatever else became a credit meanwhile.',
        'An amount of zero pays nothing and uses up the nonce: a cancellation that somebody else can bring.',
      ],
    },
    cancelRedirect: {
      who: 'the account',
      when: 'Any time.',
      events: ['RedirectNonceUsed'],
      errors: ['WrongNonce'],
    },
  },
}

const anytime = 'Any time.'

export const views: CallGroup = {
  contract: 'Sluice',
  title: 'Views',
  samples: 'views',
  calls: {
    domainSeparator: { who: 'anyone', when: anytime },
    channelId: { who: 'anyone', when: anytime, notes: ['It validates nothing: the first deposit does.'] },
    virtualId: { who: 'anyone', when: anytime, notes: ['It validates nothing: what starts the window does.'] },
    channelState: {
      who: 'anyone',
      when: anytime,
      notes: ['Ask for a block that is final before money is given away for what this says.'],
    },
    virtualState: { who: 'anyone', when: anytime },
    payout: {
      who: 'anyone',
      when: 'Any time; the answer stands once `isFinal`.',
      notes: [
        'The contract as the resolver of virtual channels. A side other than 0 pays nothing, and says so at once.',
      ],
    },
    isUnlocked: { who: 'anyone', when: "As long as something is in the lane's pool.", errors: ['WrongLane'] },
    creditOf: { who: 'anyone', when: anytime },
    redirectNonce: { who: 'anyone', when: anytime },
    eip712Domain: { who: 'anyone', when: anytime },
  },
}
