import { NATIVE_TOKEN } from '@sluice/protocol'
import type { CommitFate } from '../disk.ts'
import { createWorld, type Party, type World } from '../world.ts'
import { drive, type Step } from './drive.ts'

/** Somebody to be killed at one of its commits. */
export interface Kill {
  readonly party: 'alice' | 'hub' | 'bob'
  /** Which of its commits; the first is 1. */
  readonly commit: number
  readonly fate: CommitFate
}

/** How the story ends. `dispute`: payer and payee close alone while the virtual channel is open. */
export type Ending = 'cooperative' | 'dispute'

/** Longest time that a killed party stays away: shorter than every window. Milliseconds. */
const AWAY_MAX = 2000

/**
 * The straight story: alice and bob have a channel each with the hub; alice opens a virtual channel to bob, pays 120 over it, and
 * all close. Whoever is killed comes back after a while. Returns the commits that each made, and the money at the end.
 */
export async function tellStraightStory(seed: number, ending: Ending, kill?: Kill) {
  const parties = { alice: { money: 2000n }, hub: { money: 2000n, policy: { forward: true } }, bob: { money: 10n } }
  const world = createWorld({ seed, parties })
  const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
  for (const party of [alice, hub, bob]) reviveWhenKilled(world, party)
  if (kill !== undefined) world.party(kill.party).disk.fate = (commit) => (commit === kill.commit ? kill.fate : 'done')
  await world.start()
  await drive(world, stepsOf({ alice, hub, bob }, ending))
  await world.scheduler.runFor(10_000)
  const commits = { alice: alice.disk.attempts, hub: hub.disk.attempts, bob: bob.disk.attempts }
  const money = { alice: alice.money, hub: hub.money, bob: bob.money }
  await world.stop()
  return { commits, money, world }
}

/** Restarts a party some time after it was killed. */
export function reviveWhenKilled(world: World, party: Party): void {
  const random = world.random.fork(`revive ${party.name}`)
  party.disk.onKill = () => {
    party.kill()
    world.scheduler.after(100 + random.below(AWAY_MAX), () => void party.start())
  }
}

interface Cast {
  readonly alice: Party
  readonly hub: Party
  readonly bob: Party
}

function stepsOf({ alice, hub, bob }: Cast, ending: Ending): readonly Step[] {
  const opened = (from: Party, to: Party): Step => ({
    what: `${from.name} to open a channel with ${to.name}`,
    who: from,
    isDone: () => channels(from, to).some(({ status, deposits }) => status === 'open' && deposits.own === 600n),
    act: async (engine) => {
      if (channels(from, to).length > 0) return
      await engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit: 600n })
    },
  })
  const paid = (total: bigint): Step => ({
    what: `bob to be paid ${total}`,
    who: alice,
    isDone: () => bob.engine.virtuals().some(({ amount }) => amount >= total),
    act: async (engine) => {
      const virtual = engine.virtuals().find(({ status }) => status === 'open')
      if (virtual !== undefined && virtual.amount < total) await engine.pay(virtual.virtualId, total)
    },
  })
  const virtualOpened: Step = {
    what: 'alice to open a virtual channel to bob',
    who: alice,
    isDone: () => bob.engine.virtuals().some(({ amount, status }) => amount === 10n && status === 'open'),
    act: async (engine) => {
      if (engine.virtuals().some(({ status }) => status !== 'closed' && status !== 'declined')) return
      const path = { payee: bob.address, payeeUrl: bob.url, hubs: [hub.address], token: NATIVE_TOKEN }
      await engine.openVirtual({ ...path, capacity: 300n, first: 10n })
    },
  }
  const virtualClosed: Step = {
    what: 'the virtual channel to be closed',
    who: alice,
    isDone: () =>
      [alice, hub, bob].every(({ engine }) =>
        engine.virtuals().every(({ status }) => status === 'closed' || status === 'declined'),
      ),
    act: async (engine) => {
      for (const { virtualId } of engine.virtuals()) await engine.closeVirtual(virtualId)
    },
  }
  const withdrawn: Step = {
    what: 'alice to have withdrawn 50',
    who: alice,
    isDone: () => channels(alice, hub).some((view) => view.withdrawn.own === 50n),
    act: async (engine) => {
      for (const { channelId } of channels(alice, hub)) await engine.withdraw(channelId, 50n)
    },
  }
  const closed = (from: Party, to: Party, mode: 'auto' | 'unilateral'): Step => ({
    what: `the channel of ${from.name} and ${to.name} to be closed`,
    who: from,
    isDone: () => [...channels(from, to), ...channels(to, from)].every(({ status }) => status === 'closed'),
    act: async (engine) => {
      for (const { channelId } of channels(from, to)) await engine.closeChannel(channelId, mode)
    },
  })
  const payments = [opened(alice, hub), opened(hub, bob), virtualOpened, paid(70n), paid(120n)]
  if (ending === 'cooperative')
    return [...payments, withdrawn, virtualClosed, closed(alice, hub, 'auto'), closed(hub, bob, 'auto')]
  return [...payments, closed(bob, hub, 'unilateral'), closed(alice, hub, 'unilateral')]
}

/** The channels of one party with another, as the first sees them. */
export function channels(from: Party, to: Party) {
  return from.engine.channels().filter(({ peer }) => peer.signer === to.address)
}
