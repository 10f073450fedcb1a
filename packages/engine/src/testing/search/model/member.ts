import {
  type ChannelRecord,
  emptyInLane,
  emptyOutLane,
  type Id,
  noClose,
  type PeerMessage,
  type VirtualRecord,
} from '@sluice/protocol'
import { channelFlow } from '../../../channels/flow.ts'
import { channelGoals } from '../../../defence/goals/channel-goals.ts'
import type { Goal } from '../../../defence/goals/goal.ts'
import { virtualGoals } from '../../../defence/goals/virtual-goals.ts'
import { laneFlow } from '../../../lanes/flow.ts'
import { virtualFlows } from '../../../locks/flow.ts'
import { joinFlows } from '../../../loop/dispatch.ts'
import type { ChainCall } from '../../../ports/chain.ts'
import { allRoles } from '../../../roles/all-roles.ts'
import { type Act, type Incoming, otherEnd, othersActs, ownActs } from './acts.ts'
import { balanceOf } from './balance.ts'
import { type ChainSight, readerOf } from './chain-model.ts'
import { type MemberState, type MemberTx, nowOf, type Outcome, runEvent } from './member-tx.ts'
import { rebased } from './rebase.ts'
import { NOW, type Scene, type SceneChannel, type SceneParty } from './scene.ts'

/** The flows of the engine, as the engine itself puts them together. */
const flows = joinFlows([channelFlow, laneFlow, ...virtualFlows(allRoles)])

function newChannel(scene: Scene, party: SceneParty, channel: SceneChannel): ChannelRecord {
  return {
    channelId: channel.channelId,
    terms: channel.terms,
    self: channel.ends[0] === party.index ? 0 : 1,
    peer: otherEnd(scene, party, channel).signer.address,
    phase: { type: 'open', since: NOW, close: noClose },
    out: emptyOutLane,
    in: emptyInLane,
    surplus: 0n,
    withdrawals: [],
  }
}

/** What a party remembers at first: its channels, open and paid into. */
export function firstState(scene: Scene, party: SceneParty): MemberState {
  const channels = party.channels.map((channel) => newChannel(scene, party, channel))
  const { leftBefore = 0 } = scene.scope
  const left = leftBefore === 0 ? [] : channels.map(({ channelId }) => [channelId, BigInt(leftBefore)] as const)
  return { channels, virtuals: [], offers: [], usedIds: [], left, paid: 0n, forgotten: 0n }
}

/** Hands an event to the flows as one that comes while the next hop may be out of reach. */
const apart = (scene: Scene, run: (tx: MemberTx) => void) => (tx: MemberTx) => {
  tx.isConnected = scene.scope.sessions !== true
  run(tx)
}

function deliver(tx: MemberTx, { from, message }: Incoming): void {
  flows.message(tx, from.signer.address, message)
}

/** Everything that can happen to an honest party now but messages of honest neighbours and looks at the chain. */
export function* actsOf(scene: Scene, party: SceneParty, state: MemberState, sight: ChainSight): Generator<Act> {
  yield* ownActs(scene, party, state, sight)
  for (const channel of party.channels) {
    const { channelId } = channel
    if (scene.scope.isQuiet !== true)
      yield {
        label: `${party.name} has idle time for the channel with ${otherEnd(scene, party, channel).name}`,
        isOwn: true,
        run: (tx) => flows.channelTimer(tx, channelId),
      }
    if (scene.scope.sessions !== true) continue
    const peer = otherEnd(scene, party, channel)
    yield {
      label: `a session of ${party.name} with ${peer.name} stands`,
      isConnecting: true,
      run: (tx) => flows.connected(tx, peer.signer.address),
    }
  }
  if (scene.scope.forgets === true) yield* forgetting(party, state)
  yield* othersActs(scene, party, state, sight, deliver)
}

/** Time goes by for virtual channels that are over. */
function* forgetting(party: SceneParty, state: MemberState): Generator<Act> {
  for (const record of state.virtuals) {
    if (record.phase.type !== 'closed') continue
    yield {
      label: `${party.name} forgets a virtual channel`,
      run(tx) {
        flows.virtualTimer(tx, record.virtualId)
        tx.forgotten += balanceOf(record)
      },
    }
  }
}

/** The outcome of an act; undefined if it was refused. */
export function perform(
  scene: Scene,
  party: SceneParty,
  state: MemberState,
  sight: ChainSight,
  act: Act,
): Outcome | undefined {
  const outcome = runEvent(
    party.env,
    readerOf(scene, sight, false),
    state,
    act.isConnecting ? act.run : apart(scene, act.run),
  )
  if (outcome === undefined || act.isTaken?.(state, outcome.state) === false) return undefined
  return outcome
}

/** The outcome of an honest neighbour's message; one that is refused changes nothing. */
export function receive(
  scene: Scene,
  party: SceneParty,
  state: MemberState,
  sight: ChainSight,
  from: SceneParty,
  message: PeerMessage,
): Outcome {
  const run = apart(scene, (tx) => deliver(tx, { from, message }))
  return runEvent(party.env, readerOf(scene, sight, false), state, run) ?? { state, sent: [] }
}

/** What comes of seeing the chain: all that concerns the party is looked at. */
export function see(scene: Scene, party: SceneParty, state: MemberState, sight: ChainSight, isLate: boolean): Outcome {
  const run = apart(scene, (tx) => {
    for (const { channelId } of state.channels) flows.channelChain(tx, channelId)
    for (const { virtualId } of state.virtuals) flows.virtualChain(tx, virtualId)
  })
  const outcome = runEvent(party.env, readerOf(scene, sight, isLate), state, run)
  if (outcome === undefined) throw new Error('what the chain says is never refused')
  return isLate ? { ...outcome, state: rebased(outcome.state) } : outcome
}

/** What is not worth a call to a hub, it does not call. All others are taken to call for anything, so that only hubs leave something. */
const isCalled = ({ policy }: SceneParty['env'], { role }: VirtualRecord, { value }: Goal): boolean =>
  role !== 'hub' || value === undefined || value >= BigInt(policy.worthMin)

/** What the party would call on chain now. Unlocking is left to the end, where every order of it is tried. */
export function callsOf(
  scene: Scene,
  { env }: SceneParty,
  state: MemberState,
  sight: ChainSight,
  isLate: boolean,
): readonly ChainCall[] {
  const chain = readerOf(scene, sight, isLate)
  const channels = new Map<Id, ChannelRecord>(state.channels.map((one) => [one.channelId, one]))
  const view = { env, now: nowOf(chain), chain, channels }
  const goals = [
    ...state.channels.flatMap((record) => channelGoals(record, chain, env)),
    ...state.virtuals.flatMap((record) => virtualGoals(view, record).filter((goal) => isCalled(env, record, goal))),
  ]
  return goals.map(({ call }) => call).filter(({ type }) => type !== 'unlock')
}
