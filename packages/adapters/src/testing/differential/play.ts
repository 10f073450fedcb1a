// Makes each call on the model and on the chain, and compares.

import { sluiceAbi } from '@sluice/contracts'
import {
  type ContractCall,
  type ContractEvent,
  chainEventOf,
  channelIn,
  copyLedger,
  execute,
  heldOf,
  holdingKey,
  isSlotUnlocked,
  Refusal,
} from '@sluice/engine/testing'
import { type Address, type Id, NATIVE_TOKEN, ZERO_HASH } from '@sluice/protocol'
import { encodeAbiParameters, keccak256 } from 'viem'
import { eventsOf } from '../../chain/following/events.ts'
import { decodeEvents } from './decode.ts'
import { makeScene, type Scene } from './scene.ts'
import type { Stage } from './stage.ts'
import { callOf, type Step } from './steps.ts'

/** What the model says of a call. */
interface Foretold {
  readonly refusal?: Refusal
  readonly events: readonly ContractEvent[]
}

/**
 * Plays steps from a fresh set of channels.
 *
 * @param seen Counts what was done and what was refused, by name.
 * @returns The first difference, or undefined.
 */
export async function play(
  stage: Stage,
  steps: readonly Step[],
  salt: number,
  seen: Map<string, number>,
): Promise<string | undefined> {
  const scene = await makeScene(stage, salt)
  let now = (await stage.client.getBlock()).timestamp
  for (const [position, step] of steps.entries()) {
    now += BigInt(1 + step.wait)
    const difference = await take(scene, step, now, seen)
    if (difference !== undefined) return `step ${position} ${JSON.stringify(step)}: ${difference}`
  }
  return compareStates(scene)
}

async function take(scene: Scene, step: Step, now: bigint, seen: Map<string, number>): Promise<string | undefined> {
  const { stage } = scene
  if (step.kind === 'refuse') {
    const account = (step.which % 2 === 0 ? scene.accounts[0] : scene.accounts[1]).address
    const isRefusing = step.twist < 4
    for (const token of [NATIVE_TOKEN, stage.token]) {
      if (isRefusing) scene.ledger.refusing.add(holdingKey(token, account))
      else scene.ledger.refusing.delete(holdingKey(token, account))
    }
    await stage.setRefusing(account, isRefusing)
    return undefined
  }
  const made = callOf(scene, step, now)
  if (made === undefined) return undefined
  const foretold = foretell(scene, made.sender, made.call, now)
  const { refusal, logs } = await stage.act(now, made.sender, made.call)
  const [want, got] = [textOf(foretold.refusal), textOf(refusal)]
  if (want !== got) return `the model says ${want}, the chain says ${got}`
  note(seen, made.call, foretold)
  if (refusal !== undefined) return undefined
  const events = logs.flatMap(decodeEvents)
  const differing = differ('events', foretold.events, events)
  // what the engine is told of them, by the model and by the chain
  const told = foretold.events.flatMap((event) => chainEventOf(event) ?? [])
  return differing ?? differ('news', told, logs.flatMap(eventsOf)) ?? (await compareMoney(scene))
}

function foretell(scene: Scene, sender: Address, call: ContractCall, time: bigint): Foretold {
  const { digests, crypto } = scene.stage
  const ledger = copyLedger(scene.ledger)
  try {
    const events = execute({ ledger, sender, time, digests, crypto }, call)
    scene.ledger = ledger
    return { events }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { refusal: error, events: [] }
  }
}

const textOf = (refusal: Refusal | undefined): string => refusal?.message.toLowerCase() ?? 'yes'

function note(seen: Map<string, number>, call: ContractCall, { refusal, events }: Foretold): void {
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
  if (refusal !== undefined) count(refusal.reason)
  else count(call.type)
  for (const event of events) count(event.type === 'skipped' ? `skipped ${event.reason}` : event.type)
}

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))

/** Orders fields, so that only what they hold counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}

function differ(what: string, want: unknown, got: unknown): string | undefined {
  const [model, chain] = [shown(sorted(want)), shown(sorted(got))]
  return model === chain ? undefined : `${what}: the model says ${model}, the chain says ${chain}`
}

async function compareMoney({ stage, ledger, a, b, payee, stranger, accounts }: Scene): Promise<string | undefined> {
  const holders = [stage.contract, ...[a, b, payee, stranger, ...accounts].map(({ address }) => address)]
  const places = [NATIVE_TOKEN, stage.token].flatMap((token) => holders.map((holder) => [token, holder] as const))
  const have = await Promise.all(places.map(([token, holder]) => stage.balance(token, holder)))
  const due = places.map(([token, holder]) => heldOf(ledger.balances, token, holder))
  return differ('balances', due, have)
}

/** Everything that the contract holds, at the end. */
async function compareStates(scene: Scene): Promise<string | undefined> {
  const { stage, ledger } = scene
  const read = <T>(functionName: string, ...args: readonly unknown[]): Promise<T> =>
    stage.client.readContract({ abi: sluiceAbi, address: stage.contract, functionName, args } as never) as Promise<T>
  for (const terms of scene.channels) {
    const id = stage.digests.channelId(terms)
    const isUnlocked = scene.locks.flatMap(({ slot }) => [
      read('isUnlocked', id, 0, slot),
      read('isUnlocked', id, 1, slot),
    ])
    const slots = scene.locks.flatMap(({ slot }) =>
      ([0, 1] as const).map((lane) => isSlotUnlocked(ledger, id, lane, slot)),
    )
    const differing =
      differ('channel', channelStateOf(scene, id), await read('channelState', id)) ??
      differ('unlocked', slots, await Promise.all(isUnlocked))
    if (differing !== undefined) return differing
  }
  for (const terms of scene.virtuals) {
    const id = stage.digests.virtualId(terms)
    const { amount, finalAt } = ledger.virtuals.get(id) ?? { amount: 0n, finalAt: 0n }
    const differing = differ('virtual channel', [amount, finalAt], await read('virtualState', id))
    if (differing !== undefined) return differing
  }
  for (const { address } of scene.accounts) {
    const tokens = [NATIVE_TOKEN, stage.token]
    const credits = await Promise.all(tokens.map((token) => read('creditOf', address, token)))
    const due = tokens.map((token) => heldOf(ledger.credits, token, address))
    const nonce = ledger.redirectNonces.get(address) ?? 0n
    const differing =
      differ('credits', due, credits) ?? differ('redirect nonce', nonce, await read('redirectNonce', address))
    if (differing !== undefined) return differing
  }
  return undefined
}

const statuses = ['open', 'closing', 'settled', 'closed']

/** A channel as `channelState` has it. */
function channelStateOf({ ledger }: Scene, id: Id) {
  const channel = channelIn(ledger, id)
  const isOver = channel.status === 'settled' || channel.status === 'closed'
  const lane = (n: 0 | 1) => {
    const { seq, paid, locked, locksRoot } = channel.lanes[n]
    const locksHash =
      locked === 0n || channel.status === 'closed' || (channel.status === 'settled' && channel.pools[n] === 0n)
        ? ZERO_HASH
        : keccak256(encodeAbiParameters([{ type: 'uint128' }, { type: 'bytes32' }], [locked, locksRoot]))
    return { seq: isOver ? 0n : seq, paid: isOver ? 0n : paid, locksHash, pool: channel.pools[n] }
  }
  return {
    status: statuses.indexOf(channel.status),
    closesAt: isOver ? 0n : channel.closesAt,
    depositA: isOver ? 0n : channel.deposits[0],
    depositB: isOver ? 0n : channel.deposits[1],
    withdrawnA: isOver ? 0n : channel.withdrawn[0],
    withdrawnB: isOver ? 0n : channel.withdrawn[1],
    lane0: lane(0),
    lane1: lane(1),
  }
}
