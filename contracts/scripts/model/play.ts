// Turns random numbers into calls that mostly make sense, makes each on the model and on the chain, and compares.

import { type Address, type Hex, keccak256 } from 'viem'
import { groupRedemptions } from '../../src-ts/redemptions.ts'
import { leafOf, levelsOf, proofOf, rootOf } from '../gas/tree.ts'
import { conditionOf, zeroWord } from '../gas/world.ts'
import { noVoucher } from '../tools/nothing.ts'
import { settle, startClose, unlock, updateLane } from './alone.ts'
import { people, type Stage } from './stage.ts'
import { type ChannelModel, emptyLane, type Outcome, type VirtualModel } from './state.ts'
import { close, deposit, type Signed, withdraw } from './together.ts'
import { closeVirtual, redeem } from './virtual.ts'

/** One random step. */
export interface Step {
  kind: (typeof kinds)[number]
  /** Which channel, virtual channel, lane, party. */
  which: number
  amount: number
  /** Who sends, and who signs in whose place. */
  who: number
  /** Whether something is wrong with it. */
  twist: number
  wait: number
}

/** What a step can be; repeated ones come more often. */
export const kinds = [
  'deposit',
  'deposit',
  'withdraw',
  'close',
  'startClose',
  'updateLane',
  'updateLane',
  'settle',
  'settle',
  'unlock',
  'unlock',
  'unlock',
  'closeVirtual',
  'redeem',
  'redeem',
  'redeemGroup',
] as const

const WINDOW = 80n
const CAPACITY = 1000n
const CHANNELS = 2

/**
 * Plays steps from a fresh set of channels.
 *
 * @param seen - Counts what was done and what was refused, by name.
 * @returns The first difference, or undefined.
 */
export async function play(
  stage: Stage,
  steps: readonly Step[],
  salt: number,
  seen: Map<string, number>,
): Promise<string | undefined> {
  const [a, b, payee, stranger] = people.map((person) => person.address)
  if (!a || !b || !payee || !stranger) throw new Error('too few people')
  const accounts = [0, 1].map((n): Address => `0x${(0xacc0000 + 16 * salt + n).toString(16).padStart(40, '0')}`)
  const [accountA = a, accountB = b] = accounts
  const speakers = [
    [a, accountA],
    [b, accountB],
  ] as const
  const termsOf = (n: number) => ({
    a: { account: accountA, signer: a },
    b: { account: accountB, signer: b },
    token: `0x${'00'.repeat(20)}` as Address,
    disputeWindow: Number(WINDOW),
    nonce: BigInt(salt * 100 + n),
  })
  const virtualTerms = [0, 1].map((n) => ({
    path: n === 0 ? [a, b, payee] : [b, a, payee],
    token: `0x${'00'.repeat(20)}` as Address,
    capacity: CAPACITY,
    disputeWindow: 60,
    nonce: BigInt(salt * 100 + n),
  }))
  const virtuals = virtualTerms.map(
    (terms): VirtualModel => ({
      id: stage.digestOf('VirtualTerms', terms),
      path: terms.path,
      capacity: CAPACITY,
      window: 60n,
      amount: 0n,
      finalAt: 0n,
    }),
  )
  const channels = Array.from(
    { length: CHANNELS },
    (_, n): ChannelModel => ({
      id: stage.digestOf('ChannelTerms', termsOf(n)),
      deposits: [0n, 0n],
      withdrawn: [0n, 0n],
      lanes: [emptyLane(), emptyLane()],
      closesAt: 0n,
      end: 'none',
    }),
  )
  // every voucher with locks holds the same two: one for each virtual channel
  const levels = levelsOf(virtuals.map(({ id }, n) => leafOf(n, CAPACITY, conditionOf(stage.sluice, id))))
  const locked = 2n * CAPACITY
  let now = (await stage.client.getBlock()).timestamp
  const held = await stage.client.getBalance({ address: stage.sluice })
  let moneyIn = 0n
  const paid: [bigint, bigint] = [0n, 0n]

  for (const [position, step] of steps.entries()) {
    now += BigInt(1 + step.wait)
    const difference = await take(step)
    if (difference !== undefined) return `step ${position} ${JSON.stringify(step)}: ${difference}`
  }
  return undefined

  function pick<T>(from: readonly T[], n: number): T {
    const found = from[n % from.length]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }

  async function take(step: Step): Promise<string | undefined> {
    const channel = pick(channels, step.which)
    const terms = termsOf(step.which % CHANNELS)
    const party = ((step.which >> 2) % 2) as 0 | 1
    const sender = pick([a as Address, b as Address, payee as Address, stranger as Address], step.who)
    const amount = BigInt(step.amount)
    switch (step.kind) {
      case 'deposit': {
        const to = step.twist === 0 ? 2 : party
        const outcome = deposit(channel, to, amount)
        if ('payouts' in outcome) moneyIn += amount
        return compare(outcome, sender, 'depositWithValue', [terms, to], amount)
      }
      case 'withdraw': {
        const total = channel.withdrawn[party] + amount
        const deadline = now - BigInt(step.twist === 1 ? 1 : 0)
        const digest = stage.digestOf('Withdrawal', { channelId: channel.id, party, total, deadline })
        const by = signersOf(step.twist)
        const outcome = withdraw(channel, party, total, deadline, now, { digest, by }, [a as Address, b as Address])
        return compare(outcome, sender, 'withdraw', [terms, party, total, deadline, ...(await pair({ digest, by })), 0])
      }
      case 'close': {
        // seldom, so that channels live long enough for the rest
        if (step.who === 0) return undefined
        const part = amount % 200n
        const deadline = now + 1n - BigInt(step.twist === 1 ? 2 : 0)
        const digest = stage.digestOf('Close', { channelId: channel.id, from: party, amount: part, deadline })
        const by = signersOf(step.twist)
        const outcome = close(channel, party, part, deadline, now, { digest, by }, [a as Address, b as Address])
        return compare(outcome, sender, 'close', [terms, party, part, deadline, ...(await pair({ digest, by })), 0])
      }
      case 'startClose':
      case 'updateLane': {
        const shown = showOf(channel, party, step)
        // mostly shown by whom it is good for, now and then by who pays it
        const shower = step.twist === 4 ? pick([b as Address, a as Address], party + (step.which > 8 ? 1 : 0)) : sender
        const bare = step.kind === 'startClose' && step.twist % 2 === 1
        const outcome =
          step.kind === 'startClose'
            ? startClose(channel, bare ? undefined : shown, shower, speakers, WINDOW, now)
            : updateLane(channel, shown, shower, speakers, now)
        return compare(outcome, shower, step.kind, [terms, bare ? noVoucher : await signedLane(shown)])
      }
      case 'settle': {
        const lie = step.twist < 3 ? 1n : 0n
        const claims = channel.lanes.map((lane) => ({ locked: lane.locked + lie, locksRoot: lane.locksRoot }))
        const outcome = settle(channel, [claims[0]?.locked ?? 0n, claims[1]?.locked ?? 0n], now)
        return compare(outcome, sender, 'settle', [terms, ...claims, 0])
      }
      case 'unlock':
        return unlockStep(channel, terms, party, step, sender)
      case 'closeVirtual':
        return compare(closeVirtual(pick(virtuals, party), sender, now), sender, 'closeVirtual', [
          pick(virtualTerms, party),
        ])
      case 'redeem':
        return redeemStep(party, step, amount, sender)
      case 'redeemGroup':
        return redeemGroupStep(party, step, amount, sender)
    }
  }

  async function unlockStep(channel: ChannelModel, terms: object, lane: 0 | 1, step: Step, sender: Address) {
    const index = step.who % 2
    const virtual = pick(virtuals, index)
    const lie = step.twist === 0
    const answer = {
      resolver: stage.sluice,
      id: virtual.id,
      isFinal: virtual.finalAt !== 0n && now >= virtual.finalAt,
      amount: virtual.amount,
    }
    const outcome = unlock(channel, lane, index, CAPACITY, !lie, answer)
    const proof = proofOf(levels, index)
    const item = { index, amount: CAPACITY + (lie ? 1n : 0n), resolver: stage.sluice, id: virtual.id, side: 0, proof }
    return compare(outcome, sender, 'unlock', [terms, lane, locked, item, 0])
  }

  async function redeemStep(n: number, step: Step, amount: bigint, sender: Address) {
    const virtual = pick(virtuals, n)
    const tickCount = step.who
    const ticks = step.twist === 1 ? tickCount + 1 : step.twist % (tickCount + 1)
    const links: Hex[] = [keccak256(virtual.id)]
    for (let i = 0; i < tickCount; i++) links.push(keccak256(links.at(-1) ?? zeroWord))
    const isTick = step.twist !== 2
    const preimage = isTick ? (links[tickCount - ticks] ?? zeroWord) : zeroWord
    const tickAnchor = links[tickCount] ?? zeroWord
    const tickValue = 7n
    const digest = stage.digestOf('Voucher', { virtualId: virtual.id, amount, tickAnchor, tickValue, tickCount })
    const by = [step.twist === 3 ? stranger : virtual.path[0]]
    const outcome = redeem(
      virtual,
      { amount, tickValue, tickCount, ticks, isTick, signed: { digest, by } },
      sender,
      now,
    )
    const signature = await stage.sign(by[0], digest)
    const voucher = { amount, tickAnchor, tickValue, tickCount, ticks, preimage, signature }
    return compare(outcome, sender, 'redeem', [pick(virtualTerms, n), voucher])
  }

  async function redeemGroupStep(n: number, step: Step, amount: bigint, sender: Address) {
    const virtual = pick(virtuals, n)
    const zeros = { tickAnchor: zeroWord, tickValue: 0n, tickCount: 0 }
    const digest = stage.digestOf('Voucher', { virtualId: virtual.id, amount, ...zeros })
    const by = [step.twist === 3 ? stranger : virtual.path[0]]
    const claim = { amount, tickValue: 0n, tickCount: 0, ticks: 0, isTick: true, signed: { digest, by } }
    const outcome = redeem(virtual, claim, sender, now)
    const voucher = { amount, ...zeros, ticks: 0, preimage: zeroWord, signature: await stage.sign(by[0], digest) }
    const [call] = groupRedemptions([{ terms: pick(virtualTerms, n), voucher }])
    return compare(outcome, sender, 'redeemGroup', [call?.group, call?.items])
  }

  function signersOf(twist: number): (Address | undefined)[] {
    return twist === 2 ? [b, b] : twist === 3 ? [a, undefined] : [a, b]
  }

  async function pair({ digest, by }: Signed) {
    return [await stage.sign(by[0], digest), await stage.sign(by[1], digest)]
  }

  function showOf(channel: ChannelModel, lane: 0 | 1, step: Step) {
    const hasLocks = step.amount % 2 === 0
    const message = {
      channelId: channel.id,
      lane,
      seq: channel.lanes[lane].seq + BigInt(step.wait % 3) + (step.kind === 'startClose' ? 1n : 0n),
      paid: BigInt(step.amount),
      locked: hasLocks ? locked : 0n,
      locksRoot: hasLocks ? rootOf(levels) : zeroWord,
    }
    const [payer, receiver] = lane === 0 ? [a, b] : [b, a]
    const by = [step.twist === 0 ? receiver : payer, step.twist === 2 ? receiver : step.twist === 3 ? payer : undefined]
    return { ...message, signed: { digest: stage.digestOf('LaneVoucher', message), by } }
  }

  async function signedLane(shown: ReturnType<typeof showOf>) {
    const [payerSignature, receiverSignature] = await pair(shown.signed)
    return { ...shown, payerSignature, receiverSignature }
  }

  async function compare(outcome: Outcome, sender: Address, functionName: string, args: unknown[], value = 0n) {
    const refusal = await stage.act(now, sender, functionName, args, value)
    // a batch tells no more than which refusal it was
    const say = functionName === 'redeemGroup' ? ({ name }: { name: string }) => name : plain
    const want = 'refusal' in outcome ? say(outcome.refusal) : undefined
    const got = refusal === undefined ? undefined : say(refusal)
    if (want !== got) return `the model says ${want ?? 'yes'}, the chain says ${got ?? 'yes'}`
    const what =
      'refusal' in outcome ? outcome.refusal.name : `${functionName}${outcome.payouts[1] > 0n ? ' pays b' : ''}`
    seen.set(what, (seen.get(what) ?? 0) + 1)
    if ('payouts' in outcome) {
      paid[0] += outcome.payouts[0]
      paid[1] += outcome.payouts[1]
    }
    const balances = await Promise.all(
      [accountA, accountB, stage.sluice].map((address) => stage.client.getBalance({ address })),
    )
    const due = [paid[0], paid[1], held + moneyIn - paid[0] - paid[1]]
    return String(balances) === String(due) ? undefined : `balances are ${balances}, the model says ${due}`
  }
}

function plain({ name, args }: { name: string; args: readonly unknown[] }): string {
  return `${name}(${args.map((arg) => String(arg).toLowerCase()).join(', ')})`
}
