import type { ChannelView, VirtualView, WaitingCall } from '@sluice/engine'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { expect, test } from 'vitest'
import type { NodeViews, Source } from '../access/node-views.ts'
import type { NodeStatus } from '../rpc/methods.ts'
import { asOf, asOfText } from './as-of.ts'
import { explainChannel, explainVirtual } from './explain.ts'
import { explanationText, totalsText } from './explain-text.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const id = (digit: string) => `0x${digit.repeat(64)}` as const
const [self, hub, payee] = [address('1'), address('2'), address('3')]

const channel: ChannelView = {
  channelId: id('a'),
  peer: { account: hub, signer: hub },
  self: 0,
  token: NATIVE_TOKEN,
  disputeWindow: 20,
  status: 'open',
  deposits: { own: 1_000n, peer: 0n },
  withdrawn: { own: 100n, peer: 0n },
  paid: { sent: 200n, received: 50n },
  locked: { sent: 310n, received: 0n },
  spendable: { own: 400n, peer: 150n },
  connected: true,
}
const virtual: VirtualView = {
  virtualId: id('b'),
  terms: { path: [self, hub, payee], token: NATIVE_TOKEN, capacity: 300n, disputeWindow: 10, nonce: 1n },
  role: 'payer',
  status: 'open',
  amount: 70n,
  until: 2_000n,
}

const statusOf = (waiting: readonly WaitingCall[] = [], balance?: bigint): Source => ({
  type: 'node',
  status: {
    chain: { status: 'good', final: { number: 9n, timestamp: 1_000n } },
    defence: { waiting, pending: 0, lost: { count: 0, value: 0n } },
    ...(balance === undefined ? {} : { balance }),
  } as NodeStatus,
})
const viewsOf = (more: Partial<NodeViews> = {}): NodeViews => ({
  source: statusOf(),
  signer: self,
  channels: [channel],
  virtuals: [virtual],
  ...more,
})

test('all of the own money in an open channel is either free or told with what holds it', () => {
  const explanation = explainChannel(viewsOf(), channel)
  expect(explanation).toMatchObject({ own: 750n, free: 400n, status: 'open', warnings: [] })
  expect(explanation.locked).toEqual([
    expect.objectContaining({
      amount: 300n,
      virtualId: virtual.virtualId,
      until: 2_000n,
      by: expect.stringContaining(payee),
    }),
    { amount: 10n, by: expect.stringContaining('fees') },
    { amount: 40n, by: expect.stringContaining('countersignature') },
  ])
  const held = explanation.locked.reduce((sum, { amount }) => sum + amount, explanation.free ?? 0n)
  expect(held).toBe(explanation.own)
  expect(explanation.next).toContain('1970-01-01T00:33:20.000Z')
  expect(explanation.actions.join()).toContain('sluice channel close')
})

test('virtual channels of other peers, other tokens, and those that are over hold nothing here', () => {
  const elsewhere = { ...virtual, terms: { ...virtual.terms, path: [self, address('4'), payee] } }
  const paid = { ...virtual, terms: { ...virtual.terms, path: [payee, hub, self] }, role: 'payee' as const }
  const token = { ...virtual, terms: { ...virtual.terms, token: address('9') } }
  const virtuals = [elsewhere, paid, token, { ...virtual, status: 'closed' as const }]
  const { locked } = explainChannel(viewsOf({ virtuals }), channel)
  expect(locked.filter(({ virtualId }) => virtualId !== undefined)).toEqual([])
})

test.each([
  ['disputed', { closesAt: 3_000n }, '1970-01-01T00:50:00.000Z', /keep the node running/],
  ['closing', { waitingFor: 'the peer to sign the close' }, 'the peer to sign', /--mode unilateral/],
  ['settled', {}, 'the chain', /keep the node running/],
  ['closed', {}, 'over', /^$/],
] as const)('a channel that is %s says what happens and what can be done', (status, more, next, action) => {
  const explanation = explainChannel(viewsOf(), { ...channel, ...more, status })
  expect(explanation.next).toContain(next)
  expect(explanation.actions.join()).toMatch(action)
  expect(explanation.free).toBe(0n)
  const isOver = status === 'closed'
  expect(explanation.locked.map(({ amount }) => amount)).toEqual(isOver ? [] : [750n])
})

test('what is frozen says so, and is no money to spend', () => {
  const frozen = {
    ...channel,
    status: 'closing' as const,
    frozen: 'it remembers nothing of it',
    waitingFor: 'being closed',
  }
  const explanation = explainChannel(viewsOf(), frozen)
  expect(explanation).toMatchObject({ status: 'closing, frozen', free: 0n })
  expect(explanation.warnings).toEqual([expect.stringContaining('it remembers nothing of it')])
  expect(explanation.actions.join()).not.toContain('unilateral')
})

test('a call that lacks money for gas, or fails, is a warning at the channel whose money it is about', () => {
  const call: WaitingCall = { id: channel.channelId, call: 'updateLane', cost: 500n, deadline: 3_000n }
  const poor = explainChannel(viewsOf({ source: statusOf([call], 100n) }), channel)
  expect(poor.warnings).toEqual([expect.stringMatching(/has 100 attoFIL for gas.*send at least 400 attoFIL.*too late/)])
  const failing = { ...call, id: virtual.virtualId, problem: 'it reverts' }
  const told = explainChannel(viewsOf({ source: statusOf([failing], 10_000n) }), channel)
  expect(told.warnings).toEqual([expect.stringMatching(/updateLane on chain fails: it reverts/)])
  const other = { ...failing, id: id('c') }
  expect(explainChannel(viewsOf({ source: statusOf([other], 0n) }), channel).warnings).toEqual([])
})

test('a peer that is not connected is told where that is known', () => {
  const away = { ...channel, connected: false }
  expect(explainChannel(viewsOf(), away).warnings).toEqual([expect.stringContaining('not connected')])
  const source = { type: 'store', final: undefined, heldBy: undefined } as const
  const read = explainChannel(viewsOf({ source }), away)
  expect(read.warnings).toEqual([])
})

test('a virtual channel says whose money it holds, and how it is closed', () => {
  expect(explainVirtual(viewsOf(), virtual)).toMatchObject({
    with: hub,
    locked: [{ amount: 300n, until: 2_000n }],
    actions: [expect.stringContaining(`sluice virtual close ${virtual.virtualId}`)],
  })
  const received = { ...virtual, role: 'payee' as const, terms: { ...virtual.terms, path: [payee, hub, self] } }
  expect(explainVirtual(viewsOf(), received)).toMatchObject({ with: hub, locked: [] })
  const declined = { ...virtual, status: 'declined' as const }
  expect(explainVirtual(viewsOf(), declined)).toMatchObject({ locked: [], actions: [] })
})

test('people read it in lines, with sums', () => {
  const explanation = explainChannel(viewsOf(), channel)
  expect(explanationText(explanation)).toMatch(
    /^channel 0xaaa.*\n {2}yours +750 attoFIL, of which 400 attoFIL can be spent\n/,
  )
  expect(totalsText([explanation, { ...explanation, token: address('9') }]).split('\n')).toEqual([
    'in channels: 750 attoFIL, of which 400 attoFIL can be spent and 350 attoFIL can not now',
    expect.stringContaining(`750 of ${address('9')}`),
  ])
})

test('says as of when it is, and why it may be old', () => {
  const final = { number: 7n, timestamp: 1_000n }
  const now = 1_000_000 + 180_000
  expect(asOfText({ type: 'nothing' }, now)).toContain('no node was started')
  expect(asOf({ type: 'nothing' })).toEqual({ source: 'nothing' })
  const store = { type: 'store', final, heldBy: undefined } as const
  expect(asOf(store)).toEqual({ source: 'store', block: 7n, time: 1_000n })
  expect(asOfText(store, now)).toMatch(/block 7, 3 min old; no node runs.*--sync/)
  expect(asOfText({ ...store, heldBy: 42 }, now)).toMatch(/process 42 has the store/)
  expect(asOfText(statusOf(), now)).toBe('as of final block 9, 3 min old')
})
