import { expect, test } from 'vitest'
import { type Example, withoutExample } from '../../testing/machines/examples.ts'
import {
  CAPACITY,
  CLOSES_AT,
  FORWARD_UNTIL,
  goodLeg,
  goodOutgoing,
  incoming,
  outgoing,
  SINCE,
  voucherOf,
} from '../../testing/machines/lock-samples.ts'
import { stepBy } from '../table.ts'
import { hubTable } from './hub.ts'
import type { HubContext, HubEffect, HubEvent, HubPhase } from './hub-phases.ts'

const NOW = 2000n
const base: HubContext = {
  now: NOW,
  outcome: { type: 'quiet' },
  closesAt: CLOSES_AT,
  refoldAfter: 15,
  capacity: CAPACITY,
  incoming: goodLeg,
  outgoing: goodOutgoing,
  forwarding: () => ({ type: 'ready', outgoing }),
  forwardUntil: FORWARD_UNTIL,
  followTimeout: 600,
  isWorthEnforcing: () => true,
  isTrusted: () => true,
  fees: { received: 7n, paidOn: 3n, base: 0n, keptFrom: NOW + 1n },
}
const withOutgoing = (part: Partial<typeof goodOutgoing>): Partial<HubContext> => ({
  outgoing: { ...goodOutgoing, ...part },
})
const withIncoming = (part: Partial<typeof goodLeg>): Partial<HubContext> => ({ incoming: { ...goodLeg, ...part } })
const paidOut = withOutgoing({ channel: 'ended' })
const unpaid = withIncoming({ channel: 'ended' })
const full = withOutgoing({ takes: false })
const cleared = withOutgoing({ lock: 'cleared' })
const refused = withOutgoing({ lock: 'showable', needsRestatement: true })
const window = { outcome: { type: 'closing', until: 9000n, redeemed: 0n } } as const
const final = (amount: bigint): Partial<HubContext> => ({ outcome: { type: 'final', amount } })
const dust: Partial<HubContext> = { isWorthEnforcing: (amount) => amount > 50n, isTrusted: (amount) => amount > 50n }
const way = (type: 'temporary' | 'permanent', code: string): Partial<HubContext> => ({
  forwarding: () => ({ type, code }),
})

const voucher = voucherOf(50n)
const contextChanged = { type: 'contextChanged' } as const
const requestClose = { type: 'requestClose' } as const
const claimOf = (amount: bigint): HubEvent => ({ type: 'claim', claim: { amount, voucher: voucherOf(amount) } })
const declines: HubEvent = { type: 'decline', code: 'NO_ROUTE', returned: 1n }
/** What goes back of 7 that came in and 3 that were paid on, 1 of which came back. */
const decline = { code: 'NO_ROUTE', returned: 5n }
const addRefused: HubEvent = { type: 'addRefused', code: 'ADD_LOCKS_MAX' }
const foldRefused = (code: string): HubEvent => ({ type: 'foldRefused', code })
const folded = (amount: bigint): HubEvent => ({ type: 'folded', amount })

const held = { incoming, outgoing, voucher }
const closing = { ...held, closingSince: SINCE }
const begun = { ...held, closingSince: NOW }
const paid = { outgoing, voucher, closingSince: SINCE }

const received: HubPhase = { type: 'received', incoming }
const forwarded: HubPhase = { type: 'forwarded', ...held }
const asking: HubPhase = { type: 'asking', ...closing }
const claimed: HubPhase = { type: 'claimed', ...closing, claimed: 30n }
const folding: HubPhase = { type: 'folding', ...closing, amount: 50n, largestFold: 50n, signedAt: SINCE }
const withdrawing: HubPhase = { type: 'withdrawing', ...closing, code: 'ADD_LOCKS_MAX', refusedAt: SINCE }
const claiming: HubPhase = { type: 'claiming', ...closing, largestFold: 50n, cost: 50n }
const late: HubPhase = { ...claiming, askedAt: NOW - 600n }
const writtenOff: HubPhase = { type: 'writtenOff', ...closing, largestFold: 50n, cost: 50n, leftAt: SINCE }
const returning: HubPhase = { type: 'returning', incoming, decline, closingSince: SINCE }
const covered: HubPhase = { type: 'covered', ...paid, foldedAt: 100n }
const clearing: HubPhase = { type: 'clearing', ...paid, foldedAt: 100n, largestFold: 50n, signedAt: SINCE }
const over: HubPhase = { type: 'closed', closedAt: NOW, voucher }

const asks: HubEffect = { type: 'requestClose' }
const fold = (amount: bigint): HubEffect => ({ type: 'fold', leg: outgoing, amount })
const restate: HubEffect = { type: 'restate', leg: outgoing }
const givesBack = (code: string, returned: bigint): { to: HubPhase; effects: HubEffect[] } => ({
  to: { type: 'returning', incoming, decline: { code, returned }, closingSince: NOW, askedAt: NOW },
  effects: [{ type: 'decline', decline: { code, returned } }],
})
const foldingAt = (amount: bigint, rest: Pick<typeof closing, 'closingSince'>): HubPhase => {
  return { type: 'folding', ...held, ...rest, amount, largestFold: amount, signedAt: NOW }
}

type HubExample = Example<HubPhase, HubEvent, HubContext, HubEffect>

/** What holds of every phase that locked on and followed no claim yet. */
const beforeClaim = (from: HubPhase, closingSince: bigint): readonly HubExample[] => {
  const rest = { closingSince }
  return [
    {
      name: 'the chain paid out',
      from,
      event: contextChanged,
      context: paidOut,
      to: { type: 'claiming', ...held, ...rest, cost: 0n, askedAt: NOW },
      effects: [{ type: 'claim' }],
    },
    {
      name: 'fold by the final amount',
      from,
      event: contextChanged,
      context: final(70n),
      to: foldingAt(70n, rest),
      effects: [fold(70n)],
    },
    { name: 'follow the claim', from, event: claimOf(50n), to: foldingAt(50n, rest), effects: [fold(50n)] },
    {
      name: 'follow the claim',
      from,
      event: claimOf(80n),
      context: full,
      to: { type: 'claimed', ...held, ...rest, voucher: voucherOf(80n), claimed: 80n },
    },
    {
      // What is worth no more than the held voucher does not take its place.
      name: 'follow the claim',
      from,
      event: { type: 'claim', claim: { amount: 50n, voucher: { ...voucher, signature: '0x99' } } },
      to: foldingAt(50n, rest),
      effects: [fold(50n)],
    },
    {
      name: 'take the decline',
      from,
      event: declines,
      to: { ...foldingAt(0n, rest), decline } as HubPhase,
      effects: [fold(0n)],
    },
    {
      name: 'take the decline',
      from,
      event: declines,
      context: window,
      to: { type: 'claimed', ...held, ...rest, claimed: 0n, decline },
    },
    {
      // Its capital was locked for too long: only what the next hop gave back goes back.
      name: 'take the decline',
      from,
      event: declines,
      context: { fees: { ...base.fees, keptFrom: NOW } },
      to: { ...foldingAt(0n, rest), decline: { ...decline, returned: 1n } } as HubPhase,
      effects: [fold(0n)],
    },
    {
      // Slot and signatures were used.
      name: 'take the decline',
      from,
      event: declines,
      context: { fees: { ...base.fees, base: 2n } },
      to: { ...foldingAt(0n, rest), decline: { ...decline, returned: 3n } } as HubPhase,
      effects: [fold(0n)],
    },
    { name: 'withdraw', from, event: addRefused, to: { ...withdrawing, ...rest, refusedAt: NOW } as HubPhase },
    {
      name: 'the payer paid first',
      from,
      event: folded(100n),
      to: { type: 'covered', ...paid, ...rest, foldedAt: 100n },
      context: full,
    },
    {
      name: 'the payer paid first',
      from,
      event: folded(100n),
      to: { type: 'clearing', ...paid, ...rest, foldedAt: 100n, largestFold: 100n, signedAt: NOW },
      effects: [fold(100n)],
    },
  ]
}

const examples: readonly HubExample[] = [
  {
    name: 'the chain ended the incoming channel',
    from: received,
    event: contextChanged,
    context: unpaid,
    to: { type: 'closed', closedAt: NOW },
  },
  {
    name: 'it is closed on chain',
    from: received,
    event: contextChanged,
    context: window,
    to: { type: 'returning', incoming, decline: { code: 'VIRTUAL_CLOSED', returned: 7n }, closingSince: NOW },
  },
  {
    name: 'the incoming channel closes',
    from: received,
    event: contextChanged,
    context: withIncoming({ isLeaving: true }),
    ...givesBack('CHANNEL_CLOSING', 7n),
  },
  {
    name: 'lock on',
    from: received,
    event: contextChanged,
    to: { type: 'forwarded', incoming, outgoing },
    effects: [{ type: 'add', outgoing }],
  },
  {
    name: 'decline',
    from: received,
    event: contextChanged,
    context: way('permanent', 'NO_WAY'),
    ...givesBack('NO_WAY', 7n),
  },
  {
    name: 'decline',
    from: received,
    event: contextChanged,
    context: { ...way('temporary', 'OFFLINE'), now: FORWARD_UNTIL },
    to: {
      type: 'returning',
      incoming,
      decline: { code: 'OFFLINE', returned: 7n },
      closingSince: FORWARD_UNTIL,
      askedAt: FORWARD_UNTIL,
    },
    effects: [{ type: 'decline', decline: { code: 'OFFLINE', returned: 7n } }],
  },
  { name: 'decline', from: received, event: requestClose, ...givesBack('VIRTUAL_CLOSED', 7n) },
  { name: 'the payer takes it back', from: received, event: folded(0n), to: { type: 'closed', closedAt: NOW } },
  ...beforeClaim(forwarded, NOW),
  {
    name: 'it is closed on chain',
    from: forwarded,
    event: contextChanged,
    context: window,
    to: { type: 'asking', ...begun },
    effects: [asks],
  },
  {
    name: 'its life is over',
    from: forwarded,
    event: contextChanged,
    context: { now: CLOSES_AT },
    to: { type: 'asking', ...held, closingSince: CLOSES_AT },
    effects: [asks],
  },
  {
    name: 'a channel closes',
    from: forwarded,
    event: contextChanged,
    context: withIncoming({ isLeaving: true }),
    to: { type: 'asking', ...begun },
    effects: [asks],
  },
  {
    name: 'a channel closes',
    from: forwarded,
    event: contextChanged,
    context: withOutgoing({ channel: 'closing' }),
    to: { type: 'asking', ...begun },
  },
  { name: 'pass it on', from: forwarded, event: requestClose, to: { type: 'asking', ...begun }, effects: [asks] },
  ...beforeClaim(asking, SINCE),
  {
    name: 'the chain paid out',
    from: { ...claimed, claimed: 0n, decline },
    event: contextChanged,
    context: withOutgoing({ channel: 'ended', lock: 'cleared' }),
    to: { type: 'returning', incoming, decline, closingSince: SINCE, askedAt: NOW },
    effects: [{ type: 'decline', decline }],
  },
  { name: 'fold', from: claimed, event: contextChanged, to: foldingAt(30n, closing), effects: [fold(30n)] },
  {
    name: 'fold',
    from: claimed,
    event: contextChanged,
    context: final(20n),
    to: foldingAt(20n, closing),
    effects: [fold(20n)],
  },
  {
    name: 'follow a higher claim',
    from: claimed,
    event: claimOf(40n),
    context: full,
    to: { ...claimed, claimed: 40n },
  },
  {
    name: 'follow a higher claim',
    from: claimed,
    event: claimOf(80n),
    to: { ...foldingAt(80n, closing), voucher: voucherOf(80n) } as HubPhase,
    effects: [fold(80n)],
  },
  { name: 'withdraw', from: claimed, event: addRefused, to: { ...withdrawing, refusedAt: NOW } },
  {
    name: 'the payer paid first',
    from: claimed,
    event: folded(100n),
    to: { type: 'clearing', ...paid, foldedAt: 100n, largestFold: 30n, signedAt: NOW },
    effects: [fold(30n)],
  },
  {
    name: 'the outgoing lock is gone',
    from: folding,
    event: contextChanged,
    context: cleared,
    to: { ...claiming, askedAt: NOW },
    effects: [{ type: 'claim', voucher }],
  },
  {
    name: 'the outgoing lock is gone',
    from: { ...folding, amount: 0n, largestFold: 0n, decline },
    event: contextChanged,
    context: cleared,
    to: { type: 'returning', incoming, decline, closingSince: SINCE, askedAt: NOW },
    effects: [{ type: 'decline', decline }],
  },
  { name: 'restate', from: folding, event: contextChanged, context: refused, effects: [restate] },
  { name: 'withdraw', from: folding, event: addRefused, to: { ...withdrawing, largestFold: 50n, refusedAt: NOW } },
  {
    name: 'wait for another claim',
    from: folding,
    event: foldRefused('FOLD_TOO_LOW'),
    to: { ...asking, largestFold: 50n, foldRefusedAt: NOW },
    effects: [asks],
  },
  {
    name: 'fold again',
    from: folding,
    event: foldRefused('ADD_LOCKS_MAX'),
    to: foldingAt(50n, closing),
    effects: [fold(50n)],
  },
  { name: 'both are folded', from: folding, event: folded(100n), to: { ...clearing, signedAt: NOW } },
  {
    name: 'the refused voucher is dead',
    from: withdrawing,
    event: contextChanged,
    context: cleared,
    to: {
      type: 'returning',
      incoming,
      decline: { code: 'ADD_LOCKS_MAX', returned: 7n },
      closingSince: SINCE,
      askedAt: NOW,
    },
    effects: [{ type: 'decline', decline: { code: 'ADD_LOCKS_MAX', returned: 7n } }],
  },
  {
    name: 'the refused voucher is dead',
    from: { ...withdrawing, largestFold: 50n },
    event: contextChanged,
    context: cleared,
    to: { ...claiming, cost: 0n, askedAt: NOW },
    effects: [{ type: 'claim', voucher }],
  },
  { name: 'restate', from: withdrawing, event: contextChanged, context: refused, effects: [restate] },
  {
    name: 'the payer took it back',
    from: withdrawing,
    event: folded(100n),
    to: { type: 'clearing', ...paid, foldedAt: 100n, signedAt: NOW },
  },
  { name: 'the chain ended the incoming channel', from: claiming, event: contextChanged, context: unpaid, to: over },
  {
    name: 'claim',
    from: claiming,
    event: contextChanged,
    to: { ...claiming, askedAt: NOW },
    effects: [{ type: 'claim', voucher }],
  },
  {
    name: 'leave what is not worth a transaction',
    from: late,
    event: contextChanged,
    context: { ...cleared, ...dust },
    to: { ...writtenOff, leftAt: NOW },
  },
  { name: 'both are folded', from: claiming, event: folded(50n), to: over },
  {
    name: 'the chain ended the incoming channel',
    from: writtenOff,
    event: contextChanged,
    context: unpaid,
    to: over,
  },
  { name: 'the payer takes its lock back', from: writtenOff, event: folded(0n), to: over },
  {
    name: 'the chain ended the incoming channel',
    from: returning,
    event: contextChanged,
    context: unpaid,
    to: { type: 'closed', closedAt: NOW, decline },
  },
  {
    name: 'decline',
    from: returning,
    event: contextChanged,
    to: { ...returning, askedAt: NOW },
    effects: [{ type: 'decline', decline }],
  },
  {
    name: 'the payer took it back',
    from: returning,
    event: folded(0n),
    to: { type: 'closed', closedAt: NOW, decline },
  },
  { name: 'the chain paid out', from: covered, event: contextChanged, context: paidOut, to: over },
  {
    name: 'fold',
    from: covered,
    event: contextChanged,
    to: { ...clearing, largestFold: 100n, signedAt: NOW },
    effects: [fold(100n)],
  },
  { name: 'follow the claim', from: covered, event: claimOf(60n), context: full, to: { ...covered, claimed: 60n } },
  {
    name: 'follow the claim',
    from: covered,
    event: claimOf(60n),
    to: { ...clearing, largestFold: 60n, signedAt: NOW },
    effects: [fold(60n)],
  },
  {
    name: 'take the decline',
    from: covered,
    event: declines,
    to: { ...clearing, largestFold: 0n, signedAt: NOW },
    effects: [fold(0n)],
  },
  {
    name: 'withdraw',
    from: covered,
    event: addRefused,
    to: { type: 'clearing', ...paid, foldedAt: 100n, signedAt: NOW },
  },
  { name: 'the outgoing lock is gone', from: clearing, event: contextChanged, context: cleared, to: over },
  { name: 'restate', from: clearing, event: contextChanged, context: refused, effects: [restate] },
  {
    name: 'wait for another claim',
    from: clearing,
    event: foldRefused('FOLD_TOO_LOW'),
    to: { ...covered, largestFold: 50n, foldRefusedAt: NOW },
  },
  {
    name: 'fold again',
    from: clearing,
    event: foldRefused('ADD_LOCKS_MAX'),
    to: { ...clearing, largestFold: 100n, signedAt: NOW },
    effects: [fold(100n)],
  },
]

test.each(examples)('$from.type, on $event.type: $name', ({ name, from, event, context, to, effects }) => {
  const step = stepBy(hubTable, from, event, { ...base, ...context })
  expect(step).toEqual({ name, phase: to ?? from, effects: effects ?? [] })
})

test('every transition of the table has an example', () => {
  expect(withoutExample(hubTable, examples)).toEqual([])
})

test.each<HubPhase>([
  { ...asking, largestFold: 50n, foldRefusedAt: NOW },
  { ...covered, largestFold: 50n, foldRefusedAt: NOW },
])('a refused fold is not signed again at once, but by a claim: $type', (from) => {
  const at = (seconds: bigint, event: HubEvent) =>
    stepBy(hubTable, from, event, { ...base, ...final(70n), now: NOW + seconds })
  expect(at(14n, contextChanged)).toEqual({ name: undefined, phase: from, effects: [] })
  expect(at(15n, contextChanged).effects).toEqual([fold(70n)])
  const claimed = stepBy(hubTable, from, claimOf(60n), base)
  expect(claimed.effects).toEqual([fold(60n)])
})

test.each<[string, Partial<HubContext>]>([
  ['is in time', { ...cleared, ...dust, now: NOW - 1n }],
  ['can be shown with the outgoing lock', dust],
  ['is worth a call', cleared],
  ['is for the chain to decide', { ...cleared, ...dust, ...window }],
  ['has its answer', { ...cleared, ...dust, ...final(10n) }],
  ['is in a channel that closes', { ...cleared, ...dust, ...withIncoming({ channel: 'closing' }) }],
])('what %s is not left', (_, context) => {
  expect(stepBy(hubTable, late, contextChanged, { ...base, ...context }).phase).toBe(late)
})

test('a fold on trust waits until trust covers it, or the chain tells what is paid', () => {
  const waiting = stepBy(hubTable, asking, claimOf(50n), { ...base, ...dust })
  expect(waiting).toMatchObject({ phase: { type: 'claimed', claimed: 50n }, effects: [] })
  expect(stepBy(hubTable, claimed, contextChanged, { ...base, ...dust }).phase).toBe(claimed)
  expect(stepBy(hubTable, claimed, contextChanged, { ...base, ...dust, ...final(20n) }).effects).toEqual([fold(20n)])
  expect(stepBy(hubTable, claimed, claimOf(60n), { ...base, ...dust }).effects).toEqual([fold(60n)])
  expect(stepBy(hubTable, asking, declines, { ...base, ...dust }).effects).toEqual([fold(0n)])
  expect(stepBy(hubTable, asking, folded(100n), { ...base, ...dust }).effects).toEqual([fold(100n)])
})

test('what was folded in the end is what a claim costs, a larger fold that was refused before is not', () => {
  const again: HubPhase = { ...folding, amount: 30n }
  expect(stepBy(hubTable, again, contextChanged, { ...base, ...cleared }).phase).toMatchObject({ cost: 30n })
  expect(stepBy(hubTable, again, contextChanged, { ...base, ...paidOut }).phase).toMatchObject({ cost: 50n })
  const byChain = { ...base, ...paidOut, ...final(70n) }
  expect(stepBy(hubTable, again, contextChanged, byChain).phase).toMatchObject({ cost: 70n })
})

test('a phase that locked on is not looked at without its outgoing leg', () => {
  expect(() => stepBy(hubTable, forwarded, contextChanged, { ...base, outgoing: undefined })).toThrow(RangeError)
})
