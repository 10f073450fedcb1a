import type { CallGroup } from './call.ts'

const anytime = 'Any time.'

export const hashLocks: CallGroup = {
  contract: 'HashLockResolver',
  title: 'Hash locks',
  samples: 'resolvers',
  calls: {
    register: {
      who: 'anyone who knows the preimage',
      when: 'Up to and including the deadline.',
      events: ['Registered'],
      errors: ['DeadlinePassed', 'AlreadyRegistered'],
      notes: ['Whoever forwards a payment learns the preimage by the event.'],
    },
    idOf: { who: 'anyone', when: anytime },
    payout: {
      who: 'anyone; Sluice asks when a lock is unlocked',
      when: 'Final once the preimage is registered, or after the deadline.',
    },
  },
}

const beginning = ['BadTerms', 'WrongNonce', 'AppFinal']

export const apps: CallGroup = {
  contract: 'AppResolver',
  title: 'App channels',
  samples: 'apps',
  calls: {
    challenge: {
      who: 'anyone, with the signature of a player',
      when: 'Until the outcome is final. The other player stopped, or disputes where the app stands.',
      events: ['ChallengeRegistered'],
      errors: [...beginning, 'StaleTurn', 'NotSupported', 'BadSignature', 'NotParticipant', 'BadOutcome'],
      notes: [
        'Who is challenged answers within `challengeDuration` by a newer state, with checkpoint or with a challenge of its own.',
      ],
    },
    checkpoint: {
      who: 'anyone',
      when: 'Until the outcome is final.',
      events: ['Checkpointed'],
      errors: [...beginning, 'StaleTurn', 'NotSupported', 'BadSignature', 'BadOutcome'],
    },
    conclude: {
      who: "anyone, with both players' signatures",
      when: 'Until the outcome is final.',
      events: ['Concluded'],
      errors: [...beginning, 'NotLastState', 'NotUnanimous', 'BadSignature', 'BadOutcome'],
    },
    payout: { who: 'anyone; Sluice asks when a lock is unlocked', when: 'The answer stands once `isFinal`.' },
    stateOf: { who: 'anyone', when: anytime },
    idOf: { who: 'anyone', when: anytime },
    channelNonce: { who: 'anyone', when: 'Before the terms are agreed on.' },
  },
}

export const vault: CallGroup = {
  contract: 'AssetVault',
  title: 'NFTs in channels',
  samples: 'vault',
  calls: {
    onERC721Received: {
      who: 'an ERC-721 collection, as part of its `safeTransferFrom`',
      when: 'A holder sends a token to the vault by that.',
      events: ['Wrapped', 'ReceiptRetired'],
      errors: ['NotBacked', 'NoRecipient', 'WrongToken', 'CreationFailed'],
      notes: [
        'Data is empty, or abi.encode(ChannelTerms, uint8 party): the receipt then goes into that channel, whose errors pass through.',
        'Never send a token by plain `transferFrom`: no receipt is made, and nobody can take it out.',
      ],
    },
    onERC1155Received: {
      who: 'an ERC-1155 collection, as part of its `safeTransferFrom`',
      when: 'A holder sends some of a token to the vault by that.',
      events: ['Wrapped'],
      errors: ['NotBacked', 'NoRecipient', 'WrongToken', 'CreationFailed'],
    },
    onERC1155BatchReceived: {
      who: 'an ERC-1155 collection, as part of its `safeBatchTransferFrom`',
      when: 'A holder sends several tokens to the vault by that.',
      events: ['Wrapped'],
      errors: ['BatchIntoChannel', 'NotBacked', 'NoRecipient', 'CreationFailed'],
    },
    unwrap: {
      who: 'who holds receipts',
      when: 'Any time, unless the receipts were retired.',
      events: ['Unwrapped'],
      errors: ['UnknownReceipt', 'Retired'],
      notes: [
        "Of fewer receipts than asked the receipt's own `BalanceTooLow` tells; a recipient that takes no tokens reverts by its collection's error.",
      ],
    },
    retire: {
      who: 'anyone',
      when: 'Once an ERC-721 token is no longer in the vault though there are receipts for it, as when a name expired.',
      events: ['ReceiptRetired'],
      errors: ['NotVanished'],
    },
    receiptOf: {
      who: 'anyone',
      when: 'Also before the token came in: a channel in the receipt can be agreed on first.',
    },
    assetOf: { who: 'anyone', when: anytime },
    sluice: { who: 'anyone', when: anytime },
    receiptCode: { who: 'anyone', when: anytime },
    supportsInterface: { who: 'anyone', when: anytime },
  },
}
