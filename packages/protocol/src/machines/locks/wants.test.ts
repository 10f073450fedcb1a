import { describe, expect, it } from 'vitest'
import { hubMachine } from '../../testing/machines/hub-machine.ts'
import {
  ASKED,
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
import { payeeMachine } from '../../testing/machines/payee-machine.ts'
import { payerMachine } from '../../testing/machines/payer-machine.ts'
import type { Sample } from '../../testing/machines/walk.ts'
import type { HubFacts, HubPhase } from './hub-phases.ts'
import type { Outcome } from './lock.ts'
import type { PayeeContext, PayeePhase } from './payee.ts'
import type { PayerContext, PayerPhase } from './payer.ts'
import { hubWants, isHubAtStake, isPayeeAtStake, type LockWants, payeeWants, payerWants } from './wants.ts'

const patience = { followTimeout: 600, countersignTimeout: 30 }
const nothing: LockWants = { closeVirtual: false, redeem: false }
const close: LockWants = { closeVirtual: true, redeem: false }
const redeem: LockWants = { closeVirtual: false, redeem: true }

/** The window of the tests ends here. */
const UNTIL = 9000n
const quiet: Outcome = { type: 'quiet' }
const window = (redeemed: bigint): Outcome => ({ type: 'closing', until: UNTIL, redeemed })
const outcomes: readonly Outcome[] = [
  quiet,
  ...[0n, 29n, 30n, 49n, 50n, 100n].map(window),
  { type: 'final', amount: 0n },
  { type: 'final', amount: 50n },
]
/** On both sides of each limit: when a countersignature is late, when a neighbour is, and when all is; the end of the window. */
const times = [
  ASKED,
  ASKED + 29n,
  ASKED + 30n,
  ASKED + 599n,
  ASKED + 600n,
  SINCE + 1199n,
  SINCE + 1200n,
  UNTIL - 1n,
  UNTIL,
]
const disputes = [false, true]

type Held = HubFacts
const limits = { now: 0n, closesAt: CLOSES_AT, refoldAfter: 15, capacity: CAPACITY }
const hub: Held = {
  ...limits,
  outcome: quiet,
  incoming: goodLeg,
  outgoing: goodOutgoing,
  forwardUntil: FORWARD_UNTIL,
  followTimeout: 600,
  fees: { received: 7n, paidOn: 3n, base: 0n, keptFrom: 1n << 60n },
}
const payer: PayerContext = { ...limits, outcome: quiet, outgoing: goodOutgoing }
const payee: PayeeContext = { ...limits, outcome: quiet, incoming: goodLeg }

/** The phases of a walk with the names of their labels. */
const named = <P>(samples: readonly Sample<P>[]): readonly (readonly [string, P])[] =>
  samples.map(({ label, value }) => [label, value])

const voucher = voucherOf(50n)
const held = { incoming, outgoing, voucher, closingSince: SINCE }

describe('a hub', () => {
  const legs = ['standing', 'showable', 'cleared'].flatMap((lock) =>
    disputes.map((isDisputed) => ({ ...goodOutgoing, lock, isDisputed }) as Held['outgoing']),
  )
  const contexts = outcomes.flatMap((outcome) =>
    disputes.flatMap((isDisputed) =>
      legs.map((leg): Held => ({ ...hub, outcome, incoming: { ...goodLeg, isDisputed }, outgoing: leg })),
    ),
  )
  const steps = (phase: HubPhase) =>
    contexts.flatMap((one) => {
      const context = 'outgoing' in phase ? one : { ...one, outgoing: undefined }
      return times.map((time) => ({ context, time, wants: hubWants(phase, context, time, patience) }))
    })

  it.each(named(hubMachine.phases))('begins no window where it has nothing at stake: %s', (_, phase) => {
    for (const { context, wants } of steps(phase)) {
      const isOpen = context.outgoing !== undefined && context.outgoing.lock !== 'cleared'
      const folded = 'largestFold' in phase && 'incoming' in phase ? (phase.largestFold ?? 0n) : 0n
      if (wants.closeVirtual) expect(context.outcome.type === 'quiet' && (isOpen || folded > 0n)).toBe(true)
    }
  })

  it.each(named(hubMachine.phases))('redeems while the window runs, and only for what it folded: %s', (_, phase) => {
    const folded = 'largestFold' in phase ? (phase.largestFold ?? 0n) : 0n
    for (const { context, time, wants } of steps(phase)) {
      const { outcome } = context
      const isDue = outcome.type === 'closing' && time < outcome.until && folded > outcome.redeemed
      expect(wants.redeem).toBe(isDue)
    }
  })

  it.each(disputes)('has the chain asked where a lock of it is disputed (the incoming one: %s)', (isIncoming) => {
    const phase: HubPhase = { type: 'forwarded', incoming, outgoing }
    const disputed = isIncoming
      ? { incoming: { ...goodLeg, isDisputed: true } }
      : { outgoing: { ...goodOutgoing, isDisputed: true } }
    expect(hubWants(phase, hub, SINCE, patience)).toEqual(nothing)
    expect(hubWants(phase, { ...hub, ...disputed }, SINCE, patience)).toEqual(close)
    expect(hubWants(phase, { ...hub, ...disputed, outcome: window(0n) }, SINCE, patience)).toEqual(nothing)
  })

  it('has nothing at stake by a lock that it never passed on, or that is gone with nothing folded', () => {
    expect(isHubAtStake({ type: 'received', incoming }, { outgoing: undefined })).toBe(false)
    const cleared = { outgoing: { ...goodOutgoing, lock: 'cleared' } } as const
    const claiming: HubPhase = { type: 'claiming', ...held, cost: 0n }
    expect(isHubAtStake(claiming, cleared)).toBe(false)
    expect(isHubAtStake({ ...claiming, largestFold: 0n }, cleared)).toBe(false)
    expect(isHubAtStake({ ...claiming, largestFold: 1n }, cleared)).toBe(true)
    expect(isHubAtStake({ ...claiming, type: 'writtenOff', largestFold: 1n, cost: 1n, leftAt: ASKED }, cleared)).toBe(
      false,
    )
    expect(isHubAtStake({ type: 'clearing', ...held, foldedAt: 50n, signedAt: ASKED }, cleared)).toBe(false)
    expect(isHubAtStake({ type: 'forwarded', incoming, outgoing }, { outgoing: goodOutgoing })).toBe(true)
  })

  it.each<[string, HubPhase, bigint]>([
    ['the next member to claim', { type: 'asking', ...held }, SINCE + 1200n],
    ['its own lane to take the fold', { type: 'claimed', ...held, claimed: 50n }, SINCE + 1200n],
    ['its own lane to take the fold, covered', { type: 'covered', ...held, foldedAt: 100n }, SINCE + 1200n],
    [
      'a countersignature of the fold',
      { type: 'folding', ...held, amount: 50n, largestFold: 50n, signedAt: ASKED },
      ASKED + 30n,
    ],
    ['a countersignature of both folds', { type: 'clearing', ...held, foldedAt: 100n, signedAt: ASKED }, ASKED + 30n],
    [
      'a countersignature after a refused add',
      { type: 'withdrawing', ...held, code: 'ADD_LOCKS_MAX', refusedAt: ASKED },
      ASKED + 30n,
    ],
    [
      'a claim to be followed',
      { type: 'claiming', ...held, largestFold: 50n, cost: 50n, askedAt: ASKED },
      ASKED + 600n,
    ],
    ['a way to claim', { type: 'claiming', ...held, largestFold: 50n, cost: 50n }, SINCE + 1200n],
  ])('waits for %s', (_, phase, late) => {
    expect(hubWants(phase, hub, late - 1n, patience)).toEqual(nothing)
    expect(hubWants(phase, hub, late, patience)).toEqual(close)
  })

  it('waits long for what is not closing, and for what it gives back', () => {
    const never = 1n << 60n
    expect(hubWants({ type: 'forwarded', incoming, outgoing }, hub, never, patience)).toEqual(nothing)
    const returning: HubPhase = {
      type: 'returning',
      incoming,
      decline: { code: 'X', returned: 0n },
      closingSince: SINCE,
      askedAt: ASKED,
    }
    expect(hubWants(returning, { ...hub, outgoing: undefined }, never, patience)).toEqual(nothing)
  })

  it('redeems what it folded where the fold was refused, too', () => {
    const phase: HubPhase = { type: 'asking', ...held, largestFold: 50n }
    expect(hubWants(phase, { ...hub, outcome: window(49n) }, UNTIL - 1n, patience)).toEqual(redeem)
    expect(hubWants(phase, { ...hub, outcome: window(50n) }, UNTIL - 1n, patience)).toEqual(nothing)
    expect(hubWants(phase, { ...hub, outcome: window(49n) }, UNTIL, patience)).toEqual(nothing)
  })
})

describe('a payer', () => {
  it.each(named(payerMachine.phases))('never redeems, and begins no second window: %s', (_, phase) => {
    for (const outcome of outcomes) {
      for (const time of times) {
        const leg = { ...goodOutgoing, isDisputed: true }
        const wants = payerWants(phase, { ...payer, outcome, outgoing: leg }, time, patience)
        expect(wants).toEqual(outcome.type === 'quiet' ? close : nothing)
      }
    }
  })

  const closing = { outgoing, voucher, closingSince: SINCE }
  it.each<[string, PayerPhase, bigint]>([
    ['the next member to claim', { type: 'asking', ...closing }, SINCE + 1200n],
    ['its own lane to take the fold', { type: 'claimed', ...closing, claimed: 50n }, SINCE + 1200n],
    ['a countersignature of the fold', { type: 'folding', ...closing, amount: 50n, signedAt: ASKED }, ASKED + 30n],
    [
      'a countersignature after a refused add',
      { type: 'withdrawing', ...closing, code: 'ADD_LOCKS_MAX', refusedAt: ASKED },
      ASKED + 30n,
    ],
  ])('waits for %s', (_, phase, late) => {
    expect(payerWants(phase, payer, late - 1n, patience)).toEqual(nothing)
    expect(payerWants(phase, payer, late, patience)).toEqual(close)
  })

  it('asks the chain for nothing of what is open', () => {
    expect(payerWants({ type: 'open', outgoing }, payer, 1n << 60n, patience)).toEqual(nothing)
  })
})

describe('a payee', () => {
  const isClosed = ({ type }: PayeePhase): boolean => type === 'closed'

  it.each(named(payeeMachine.phases))('asks the chain only for what it accepted: %s', (_, phase) => {
    const owed = 'voucher' in phase ? (phase.voucher?.voucher.amount ?? 0n) : 0n
    expect(isPayeeAtStake(phase, payee)).toBe(owed > 0n)
    for (const outcome of outcomes) {
      for (const isDisputed of disputes) {
        for (const time of times) {
          const leg = { ...goodLeg, isDisputed }
          const wants = payeeWants(phase, { ...payee, outcome, incoming: leg }, time, patience)
          const isDue = outcome.type === 'closing' && time < outcome.until && owed > outcome.redeemed
          expect(wants.redeem).toBe(isDue && !isClosed(phase))
          if (wants.closeVirtual) expect(outcome.type === 'quiet' && owed > 0n).toBe(true)
          if (outcome.type === 'quiet' && isDisputed) expect(wants.closeVirtual).toBe(owed > 0n)
        }
      }
    }
  })

  const claiming: PayeePhase = { type: 'claiming', incoming, voucher, closingSince: SINCE }
  it.each<[string, PayeePhase, bigint]>([
    ['a claim to be followed', { ...claiming, askedAt: ASKED }, ASKED + 600n],
    ['a way to claim', claiming, SINCE + 1200n],
  ])('waits for %s', (_, phase, late) => {
    expect(payeeWants(phase, payee, late - 1n, patience)).toEqual(nothing)
    expect(payeeWants(phase, payee, late, patience)).toEqual(close)
  })

  it('asks the chain for nothing of what is open', () => {
    expect(payeeWants({ type: 'open', incoming, voucher }, payee, 1n << 60n, patience)).toEqual(nothing)
  })
})
