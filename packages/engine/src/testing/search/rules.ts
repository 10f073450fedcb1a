import type { Rule } from './patches.ts'

const protocol = (path: string): string => `/protocol/src/${path}`
const engine = (path: string): string => `/engine/src/${path}`

export const rules: readonly Rule[] = [
  {
    name: 'receiver-authorizes',
    about: 'a voucher is shown on chain by its receiver, or with its signature',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: engine('testing/contract/closing.ts'),
        find: 'if (speaksFor(terms, receiver, sender)) return',
        replace: 'if (sender !== receiver.toString()) return',
      },
    ],
  },
  {
    name: 'upstream-after-countersignature',
    about:
      'a hub lets the incoming lock go for less than its capacity only once no outgoing voucher with the lock can be shown',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: engine('locks/receiving/receive.ts'),
        find: "cleared: lock === 'cleared'",
        replace: "cleared: lock !== 'standing'",
      },
    ],
  },
  {
    name: 'fold-by-voucher',
    about: 'a hub folds above 0 only by a voucher of the payer',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: engine('locks/claims.ts'),
        find: 'checkVoucherSignature(tx.env, virtualId, payer, claimed)',
        replace: '',
      },
    ],
  },
  {
    name: 'hub-redeems',
    about: 'a hub redeems what it folded by',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/wants.ts'),
        find: 'redeem: isShort(context, time, largestFoldOf(phase))',
        replace: 'redeem: false',
      },
    ],
  },
  {
    name: 'no-fold-while-closing',
    about: 'nobody folds by a voucher once the window of the virtual channel began',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/lock.ts'),
        find: "case 'closing':\n      return undefined",
        replace: "case 'closing':\n      return claimed",
      },
      {
        file: protocol('rules/fold-payer.ts'),
        find: 'incomingStands && !outcome.closing ? held',
        replace: 'incomingStands ? held',
      },
      {
        file: protocol('machines/locks/hub.ts'),
        find: '(p, e, c) => isQuiet(c) && followClaim(p, e.claim, c)',
        replace: '(p, e, c) => followClaim(p, e.claim, c)',
        times: 2,
      },
    ],
  },
  {
    name: 'peer-income',
    about: 'what a peer may spend of what it got counts only once it countersigned it',
    scope: 'two-ways',
    thieves: 'HB',
    patches: [
      {
        file: protocol('rules/income.ts'),
        find: 'return lowest(lane.base.state.paid, ...lane.updates.map(({ state }) => state.paid))',
        replace: 'return lane.current.paid',
      },
    ],
  },
  {
    name: 'refused-vouchers-count',
    about: 'a refused voucher can be shown until a newer one is countersigned',
    scope: 'refusals',
    thieves: 'AB',
    patches: [
      {
        file: protocol('lane/waiting.ts'),
        find: 'holds(draft?.state) || updates.some(({ state }) => holds(state))',
        replace: 'holds(draft?.state) || updates.length < 0',
      },
    ],
  },
  {
    name: 'refused-add-counts',
    about: 'a hub whose add was refused keeps the incoming lock until the refused voucher is dead',
    scope: 'refusals',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/hub.ts'),
        find: 'function withdraw(phase: Closing, code: string, context: HubContext): HubStep {\n',
        replace:
          'function withdraw(phase: Closing, code: string, context: HubContext): HubStep {\n  return beginReturning(phase.incoming, { code, returned: 0n }, since(phase, context), context)\n',
      },
    ],
  },
  {
    name: 'show-both-lanes',
    about: 'who sees a close shows the newest countersigned voucher of its own lane, too',
    scope: 'old-vouchers',
    thieves: 'AB',
    patches: [
      {
        file: engine('defence/goals/channel-goals.ts'),
        find: 'own !== undefined && (isLastMoment || !leaves)',
        replace: 'own !== undefined && time < 0n',
      },
    ],
  },
  {
    name: 'show-received',
    about: 'who sees a close shows the newest voucher that it received',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: engine('defence/goals/channel-goals.ts'),
        find: 'received === undefined ? []',
        replace: 'received === undefined || time > 0n ? []',
      },
    ],
  },
  {
    name: 'nothing-once-closing',
    about: 'no update is accepted once a close is seen',
    scope: 'pays',
    thieves: 'AB',
    patches: [
      {
        file: engine('lanes/answer-update.ts'),
        find: 'checkNotClosing(channelId, isClosing(tx, channel))',
        replace: '',
      },
    ],
  },
  {
    name: 'ids-once',
    about: 'an id of a virtual channel is taken once',
    scope: 'doubled',
    thieves: 'AB',
    patches: [
      {
        file: engine('locks/receiving/receive.ts'),
        find: 'const seen = this.#find(virtualId) !== undefined || tx.usedIds.has(virtualId, add.terms.nonce)',
        replace: 'const seen = false',
      },
    ],
  },
  {
    name: 'payments-while-open',
    about: 'a payee accepts nothing on a virtual channel that the chain was asked about',
    scope: 'line',
    thieves: 'AH',
    patches: [
      {
        file: protocol('machines/locks/payee.ts'),
        find: "on('it is closed on chain', (p, _, c) => c.outcome.type !== 'quiet' && beginClaiming(p, c)),",
        replace: '',
      },
      { file: protocol('rules/payment.ts'), find: 'if (outcome.closing) throw', replace: 'if (false) throw' },
      {
        file: protocol('rules/payment.ts'),
        find: 'if (outcome.finalAmount !== undefined) throw',
        replace: 'if (false) throw',
      },
    ],
  },
  {
    name: 'forward-on-standing-lock',
    about: 'a hub locks on only for a lock that it accepted',
    scope: 'uncovered',
    thieves: 'AB',
    patches: [
      {
        file: engine('lanes/answer-update.ts'),
        find: 'const state = checkReached(replayChecked(tx, channel, update, locks), update.voucher)',
        replace:
          'const state = checkReached(replayChecked(tx, channel, update, locks), update.voucher)\n  locks.write()',
      },
      {
        file: engine('locks/forwarding.ts'),
        find: 'incomingStands: holdsLock(channel.in.current, leg.slot, virtualId)',
        replace: 'incomingStands: true',
      },
    ],
  },
  {
    name: 'close-without-locks',
    about: 'a close together is signed only with no lock in either lane',
    scope: 'together',
    thieves: 'AB',
    patches: [
      {
        file: protocol('rules/close.ts'),
        find: 'if (states.some(({ locks }) => locks.size > 0))',
        replace: 'if (states.length > 2)',
      },
    ],
  },
  {
    name: 'bound-by-close',
    about: 'who signed a close together signs and accepts nothing more until its deadline has passed',
    scope: 'together',
    thieves: 'AB',
    patches: [
      {
        file: engine('lanes/channel.ts'),
        find: "phase.type === 'frozen' || bindingClose(phase, finalTime(tx)) !== undefined",
        replace: "phase.type === 'frozen'",
      },
    ],
  },
  {
    name: 'payer-folds-what-it-signed',
    about: 'a payer folds at no more than it signed',
    scope: 'line',
    thieves: 'HB',
    patches: [
      {
        file: engine('locks/claims.ts'),
        find: 'checkVoucherSignature(tx.env, virtualId, payer, claimed)',
        replace: '',
      },
      {
        file: engine('locks/claims.ts'),
        find: "if (role === 'payer' && value > signed) {",
        replace: "if (role === 'payer' && value > value + signed) {",
      },
      { file: protocol('machines/locks/payer.ts'), find: 'amount > signed || ', replace: '' },
    ],
  },
  {
    name: 'payee-floor',
    about: 'a payee accepts no fold below its highest voucher',
    scope: 'line',
    thieves: 'AH',
    patches: [
      {
        file: protocol('rules/fold-receiver.ts'),
        find: 'finalAmount < highestAccepted ? finalAmount : highestAccepted',
        replace: 'finalAmount < highestAccepted ? finalAmount : 0n',
      },
    ],
  },
  {
    name: 'floor-by-final',
    about: 'once the chain decided, a hub whose outgoing lock can be shown takes no less for the incoming one',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('rules/fold-receiver.ts'),
        find: 'return highest(largestFold ?? 0n, outcome.finalAmount)',
        replace: 'return largestFold ?? 0n',
      },
    ],
  },
  {
    name: 'largest-fold-not-newest',
    about: 'a refused fold counts, even if a lower one was signed after it',
    scope: 'refusals-more',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/hub.ts'),
        find: 'largestFold: highest(amount, phase.largestFold ?? 0n)',
        replace: 'largestFold: amount',
      },
    ],
  },
  {
    name: 'largest-fold-not-first',
    about: 'a fold that is larger than the first one counts',
    scope: 'broad-refusals',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/hub.ts'),
        find: 'largestFold: highest(amount, phase.largestFold ?? 0n)',
        replace: 'largestFold: phase.largestFold ?? amount',
      },
    ],
  },
  {
    name: 'window-once-folded',
    about: 'a hub that folded above 0 has the chain asked for its incoming lock',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/wants.ts'),
        find: ' || (largestFoldOf(phase) > 0n && isIncomingOpen)',
        replace: '',
      },
    ],
  },
  {
    name: 'window-while-locked',
    about: 'a hub whose outgoing lock can be shown has the chain asked',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/wants.ts'),
        find: "outgoing.lock !== 'cleared' || (",
        replace: "outgoing.lock === 'cleared' && (",
      },
    ],
  },
  {
    name: 'window-for-refused-adds',
    about: 'a refused voucher with the lock is reason enough to have the chain asked',
    scope: 'refusals',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/wants.ts'),
        find: "outgoing.lock !== 'cleared' || (",
        replace: "outgoing.lock === 'standing' || (",
      },
    ],
  },
  {
    name: 'prolonged-once-paid',
    about: 'a hub pays the next one for more time only with what was paid to itself for it',
    scope: 'prolonging-for-fees',
    thieves: 'AIB',
    patches: [
      {
        file: protocol('rules/prolong.ts'),
        find: 'if (paid < needed)',
        replace: 'if (paid > needed + needed)',
      },
    ],
  },
  {
    name: 'declined-once-cleared',
    about:
      'a payer is told that a virtual channel was declined, and may pay elsewhere, only once no voucher with its lock can be shown',
    scope: 'refusals',
    thieves: 'HB',
    patches: [
      {
        file: protocol('machines/locks/payer.ts'),
        find: "const isFree = outgoing.lock === 'cleared'",
        replace: 'const isFree = outgoing !== undefined',
      },
    ],
  },
  {
    name: 'left-once-cleared',
    about:
      'a hub leaves what is not worth a call only once no voucher with the outgoing lock can be shown, and then no higher fold can come',
    scope: 'leaving-refusals',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/hub.ts'),
        find: "on('wait for another claim', (p, e, c) => isRefusalOfFolds(e.code) && ask(p, c, c.now)),",
        replace:
          "on('left too soon', (p, e, c) => isRefusalOfFolds(e.code) && !c.isWorthEnforcing(p.largestFold) && goto({ ...p, type: 'writtenOff', cost: p.amount, leftAt: c.now })),\n      on('wait for another claim', (p, e, c) => isRefusalOfFolds(e.code) && ask(p, c, c.now)),",
      },
      {
        file: protocol('rules/fold-receiver.ts'),
        find: '  if (cleared) return lowest(',
        replace: '  if (isWrittenOff) return 0n\n  if (cleared) return lowest(',
      },
    ],
  },
  {
    name: 'left-at-final',
    about: 'once the chain told what it pays, what was left is folded at no less',
    scope: 'leaving',
    thieves: 'AB',
    patches: [
      {
        file: protocol('rules/fold-receiver.ts'),
        find: 'outcome.finalAmount ?? (isWrittenOff ? 0n : capacity)',
        replace: 'isWrittenOff || outcome.closing ? 0n : capacity',
      },
    ],
  },
  {
    name: 'trust-is-bounded',
    about: 'folds that are not worth a call are signed only as far as their neighbour is trusted',
    scope: 'distrusting',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/locks/hub.ts'),
        find: '  if (!isSure(amount, context)) return false\n',
        replace: '',
      },
    ],
  },
  {
    name: 'left-counts-for-good',
    about: 'a neighbour that left something is trusted with nothing any more, and nothing is taken on for it',
    scope: 'left-before',
    thieves: 'AB',
    patches: [
      {
        file: engine('locks/neighbours/trust.ts'),
        find: 'tx.standings.get(channelId)?.left ?? 0n) > 0n',
        replace: 'tx.standings.get(channelId)?.left ?? 0n) < 0n',
      },
    ],
  },
  {
    name: 'peer-spends-what-it-has',
    about: 'a peer locks and pays no more than it can cover',
    scope: 'uncovered',
    thieves: 'AB',
    patches: [
      {
        file: engine('lanes/answer-update.ts'),
        find: 'checkSpending(fundsOf(tx, channel, otherParty(channel.self)), state, peerIncome(channel.out))',
        replace: '',
      },
    ],
  },
  {
    name: 'withdrawals-count',
    about: 'a withdrawal that was signed counts as spent',
    scope: 'withdrawals',
    thieves: 'AB',
    patches: [
      {
        file: engine('lanes/channel.ts'),
        find: 'reserved: withdrawalReserve(signed, withdrawn[party], finalTime(tx), margin)',
        replace: 'reserved: withdrawalReserve([], withdrawn[party], finalTime(tx), margin)',
      },
    ],
  },
  {
    name: 'payee-redeems',
    about: 'a payee redeems its highest voucher while the window runs',
    scope: 'line',
    thieves: 'AH',
    patches: [
      {
        file: protocol('machines/locks/wants.ts'),
        find: "redeem: phase.type !== 'closed' && isShort(",
        replace: "redeem: phase.type === 'closed' && isShort(",
      },
    ],
  },
  {
    name: 'ended-channels-stay',
    about: 'a channel that is over is remembered as long as a virtual channel has, or had, its lock in it',
    scope: 'line',
    thieves: 'AB',
    patches: [
      {
        file: protocol('machines/channels/channel.ts'),
        find: '!holdsVirtuals && ',
        replace: '',
      },
      {
        file: engine('locks/context.ts'),
        find: "lock: 'showable', needsRestatement: false",
        replace: "lock: 'cleared', needsRestatement: false",
      },
    ],
  },
]
