import {
  answeredSeq,
  type ChannelRecord,
  closesAlone,
  draftOperation,
  draftState,
  emptyOutLane,
  holdsLock,
  isStanding,
  type LaneName,
  type LaneState,
  type LaneUpdate,
  type Operation,
  type OutLane,
  type PeerMessage,
  type SignedVoucher,
  signDraft,
  type VirtualRecord,
  ZERO_HASH,
} from '@sluice/protocol'
import { beginClose } from '../../../channels/close.ts'
import { requestWithdrawal } from '../../../channels/withdraw.ts'
import { draft } from '../../../lanes/draft.ts'
import { closeVirtual } from '../../../locks/close.ts'
import { openVirtual } from '../../../locks/open.ts'
import { pay } from '../../../locks/payments/pay.ts'
import { prolongVirtual } from '../../../locks/prolonging/prolong.ts'
import { outgoingLeg, voucherOf } from '../../../locks/record.ts'
import { prolongFees, prolongings } from './acts-prolonging.ts'
import { closesTogether, withdrawals } from './acts-together.ts'
import type { ChainSight } from './chain-model.ts'
import type { MemberState, MemberTx } from './member-tx.ts'
import {
  NOW,
  nonceBytes,
  PAST_DEADLINES,
  type Scene,
  type SceneChannel,
  type SceneParty,
  type SceneVirtual,
} from './scene.ts'

/** A voucher that somebody must know for an act: `amount` of the virtual channel with that index. */
export interface Needed {
  readonly virtual: number
  readonly amount: number
}

/** Something that can happen to an honest party. */
export interface Act {
  readonly label: string
  readonly run: (tx: MemberTx) => void
  /** Whether the party begins it itself: then it waits while too much is under way. */
  readonly isOwn?: boolean
  /** Whether it happens while all neighbours can be reached, in scopes where they can't always. */
  readonly isConnecting?: boolean
  /** What thieves have to know for it. */
  readonly needed?: Needed
  /** Whether it counts only if it was taken: what a thief sends in vain tells nothing new. */
  readonly isTaken?: (before: MemberState, after: MemberState) => boolean
}

/** A message of a thief's, or of an honest party's that may be sent at any time. */
export interface Incoming {
  readonly from: SceneParty
  readonly message: PeerMessage
}

export type Deliver = (tx: MemberTx, incoming: Incoming) => void

/** A voucher of a virtual channel, signed by its payer. */
export function signedVoucher(
  scene: Scene,
  virtual: SceneVirtual,
  amount: number,
  by = virtual.path[0] ?? 0,
): SignedVoucher {
  const { virtualId } = virtual
  const voucher = { virtualId, amount: BigInt(amount), tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
  const signer = scene.parties[by]?.signer
  if (signer === undefined) throw new RangeError(`no party ${by}`)
  return { voucher, signature: signer.sign(scene.digests.voucher(voucher)) }
}

const recordOf = (state: MemberState, { virtualId }: SceneVirtual): VirtualRecord | undefined =>
  state.virtuals.find((one) => one.virtualId === virtualId)

const channelIn = (state: MemberState, { channelId }: SceneChannel): ChannelRecord | undefined =>
  state.channels.find((one) => one.channelId === channelId)

/** The neighbour at the other end of a channel. */
export function otherEnd(scene: Scene, party: SceneParty, { ends }: SceneChannel): SceneParty {
  const other = scene.parties[ends[0] === party.index ? ends[1] : ends[0]]
  if (other === undefined) throw new RangeError('a channel has two ends')
  return other
}

/** What an honest party may do of its own accord. */
export function* ownActs(
  scene: Scene,
  party: SceneParty,
  state: MemberState,
  { isPastDeadlines }: ChainSight,
): Generator<Act> {
  for (const virtual of party.virtuals) {
    // What is opened later has another minute in its nonce: it would be another virtual channel than the scene's.
    const isOpenable = virtual.path[0] === party.index && !isPastDeadlines && !state.usedIds.includes(virtual.virtualId)
    if (recordOf(state, virtual) !== undefined) yield* ownVirtualActs(scene, party, state, virtual)
    else if (isOpenable) yield opening(party, virtual)
  }
  for (const channel of party.channels) yield* ownChannelActs(scene, party, state, channel)
}

function opening(party: SceneParty, { index, virtualId, terms, capacity }: SceneVirtual): Act {
  const [hubs, payee] = [terms.path.slice(1, -1), terms.path.at(-1) ?? '0x']
  const fees = hubs.map(() => 0n)
  const options = { payee, hubs, fees, token: terms.token, capacity, first: 0n, disputeWindow: terms.disputeWindow }
  return {
    label: `${party.name} opens V${index + 1}`,
    isOwn: true,
    run(tx) {
      tx.env = { ...tx.env, random: () => nonceBytes(index) }
      const opened = openVirtual(tx, options)
      if ('virtualId' in opened && opened.virtualId !== virtualId)
        throw new Error('it has another id than the scene says')
    },
  }
}

function* ownVirtualActs(scene: Scene, party: SceneParty, state: MemberState, virtual: SceneVirtual): Generator<Act> {
  const record = recordOf(state, virtual)
  const { virtualId, capacity } = virtual
  const name = `V${virtual.index + 1}`
  if (record === undefined) return
  if (record.phase.type === 'closed') return
  if (scene.scope.isQuiet !== true) {
    yield {
      label: `${party.name} wants ${name} closed`,
      isOwn: true,
      run: (tx) => void closeVirtual(tx, virtualId),
    }
  }
  if (record.role !== 'payer' || record.phase.type !== 'open') return
  if (scene.scope.prolongs === true && record.prolonged === undefined) yield prolonging(party, virtual)
  const signed = Number(voucherOf(record)?.voucher.amount ?? 0n)
  for (let total = signed + 1; total <= Number(capacity); total++) {
    yield { label: `${party.name} pays ${total} over ${name}`, run: (tx) => void pay(tx, virtualId, BigInt(total)) }
  }
}

function prolonging(party: SceneParty, virtual: SceneVirtual): Act {
  const { virtualId, memo, index } = virtual
  const [fees = []] = prolongFees(virtual, 1).slice(-1)
  return {
    label: `${party.name} prolongs V${index + 1}`,
    isOwn: true,
    run(tx) {
      const asked = prolongVirtual(tx, virtualId, { until: (memo.until.at(-1) ?? 0n) + 1n, fees })
      if ('fees' in asked) tx.paid += asked.fees
    },
  }
}

function* ownChannelActs(scene: Scene, party: SceneParty, state: MemberState, channel: SceneChannel): Generator<Act> {
  const record = channelIn(state, channel)
  if (record === undefined || !isStanding(record.phase)) return
  const { channelId } = channel
  const { scope } = scene
  const peer = otherEnd(scene, party, channel)
  if (Number(state.paid) < (scope.pays ?? 0)) {
    yield {
      label: `${party.name} pays 1 to ${peer.name} over their channel`,
      isOwn: true,
      run(tx) {
        draft(tx, channelId, [{ type: 'pay', amount: 1n }])
        tx.paid += 1n
      },
    }
  }
  if (scope.together === true && record.phase.type === 'open') {
    yield {
      label: `${party.name} wants the channel with ${peer.name} closed together`,
      isOwn: true,
      run: (tx) => beginClose(tx, channelId, 'cooperative'),
    }
  }
  if (!peer.isThief && !closesAlone(record.phase)) {
    yield {
      label: `${party.name} wants the channel with ${peer.name} closed alone`,
      isOwn: true,
      run: (tx) => beginClose(tx, channelId, 'unilateral'),
    }
  }
  if (scope.withdrawals?.includes(party.name) && record.withdrawals.length === 0) {
    yield {
      label: `${party.name} withdraws 1 from the channel with ${peer.name}`,
      isOwn: true,
      run: (tx) => void requestWithdrawal(tx, channelId, 1n),
    }
  }
}

/** All that others can say to an honest party: thieves at any time, and an honest payer its vouchers, which may come late or never. */
export function* othersActs(
  scene: Scene,
  party: SceneParty,
  state: MemberState,
  sight: ChainSight,
  deliver: Deliver,
): Generator<Act> {
  const deadline = (sight.isPastDeadlines ? PAST_DEADLINES : NOW) + BigInt(party.env.policy.deadlineDefault)
  for (const channel of party.channels) {
    const thief = otherEnd(scene, party, channel)
    const record = channelIn(state, channel)
    if (!thief.isThief || record === undefined || !isStanding(record.phase)) continue
    yield* updates(scene, party, thief, channel, record, deliver)
    yield* answers(scene, party, thief, channel, record, deliver)
    if (scene.scope.together) yield* closesTogether(scene, party, thief, record, deadline, deliver)
    if (scene.scope.withdrawals?.includes(thief.name))
      yield* withdrawals(scene, party, thief, record, deadline, deliver)
  }
  for (const virtual of party.virtuals) {
    const record = recordOf(state, virtual)
    if (record !== undefined && scene.scope.prolongs) yield* prolongings(scene, party, virtual, record, deliver)
    if (record !== undefined) yield* aboutVirtual(scene, party, virtual, record, deliver)
    else if (scene.scope.early === true) yield* earlyPayments(scene, party, state, virtual, deliver)
  }
}

/** Vouchers that reach their payee before their lock. */
function* earlyPayments(
  scene: Scene,
  party: SceneParty,
  { offers, usedIds }: MemberState,
  virtual: SceneVirtual,
  deliver: Deliver,
): Generator<Act> {
  const { virtualId, terms, path, capacity, index } = virtual
  const payer = scene.parties[path[0] ?? 0]
  if (path.at(-1) !== party.index || payer === undefined || usedIds.includes(virtualId)) return
  const held = Number(offers.find((one) => one.virtualId === virtualId)?.signed.voucher.amount ?? 0n)
  for (let amount = held + 1; amount <= Number(capacity); amount++) {
    const signed = signedVoucher(scene, virtual, amount)
    yield {
      label: `${party.name} is paid ${amount} over V${index + 1}, ahead of its lock`,
      needed: { virtual: index, amount },
      run: (tx) => deliver(tx, { from: payer, message: { type: 'voucher', terms, signed } }),
    }
  }
}

/** The updates of one operation that a thief can sign on the lane that the honest party receives. */
function* updates(
  scene: Scene,
  party: SceneParty,
  thief: SceneParty,
  { channelId, ends }: SceneChannel,
  record: ChannelRecord,
  deliver: Deliver,
): Generator<Act> {
  const lane = ends[0] === thief.index ? 0 : 1
  const offer = function* (operation: Operation, text: string): Generator<Act> {
    const update = updateOf(scene, thief, { channelId, lane }, record, operation)
    if (update === undefined) return
    yield {
      label: `${thief.name} signs to ${party.name}: ${text}`,
      run: (tx) => deliver(tx, { from: thief, message: { type: 'update', update } }),
      // One that is refused tells the honest side nothing, unless it acts upon it all the same.
      isTaken(before, after) {
        const now = after.channels.find((one) => one.channelId === channelId)
        return now?.in.current.seq === update.voucher.seq || after.virtuals !== before.virtuals
      },
    }
  }
  for (const virtual of party.virtuals) {
    const hop = virtual.path.indexOf(thief.index)
    if (hop < 0 || virtual.path[hop + 1] !== party.index) continue
    const name = `V${virtual.index + 1}`
    const { terms, memo, virtualId } = virtual
    yield* offer({ type: 'add', terms, memo }, `add ${name}`)
    for (let amount = 0n; amount <= virtual.capacity; amount++) {
      yield* offer({ type: 'fold', lockId: virtualId, amount }, `fold ${name} at ${amount}`)
    }
  }
  if (Number(record.surplus) < (scene.scope.pays ?? 0)) yield* offer({ type: 'pay', amount: 1n }, 'pay 1')
}

/** By the lane's state that it builds on: what a thief signs twice is one and the same. */
const signedUpdates = new WeakMap<LaneState, Map<string, LaneUpdate | undefined>>()

/** An update as the thief would sign it next; undefined if its operation is not possible at all. */
function updateOf(scene: Scene, thief: SceneParty, name: LaneName, record: ChannelRecord, operation: Operation) {
  const { current, refusedThrough } = record.in
  const signed = signedUpdates.get(current) ?? new Map<string, LaneUpdate | undefined>()
  signedUpdates.set(current, signed)
  const text = operation.type === 'add' ? scene.digests.virtualId(operation.terms) : Object.values(operation).join()
  const key = `${name.channelId}/${refusedThrough}/${operation.type}/${text}`
  if (!signed.has(key)) signed.set(key, signUpdate(thief, name, record, operation))
  return signed.get(key)
}

function signUpdate(
  thief: SceneParty,
  name: LaneName,
  { in: lane }: ChannelRecord,
  operation: Operation,
): LaneUpdate | undefined {
  const isHeld = operation.type === 'fold' && !holdsAnywhere(lane.current, operation.lockId)
  if (isHeld) return undefined
  const answered = answeredSeq(lane)
  const out: OutLane = { ...emptyOutLane, current: lane.current, nextSeq: answered + 1n }
  const drafted = draftOperation(thief.env, out, operation)
  return signDraft(thief.env, thief.signer, name, drafted, NOW)?.update
}

const SLOTS = [0, 1, 2, 3]

function holdsAnywhere(state: LaneState, virtualId: `0x${string}`): boolean {
  return SLOTS.some((slot) => holdsLock(state, slot, virtualId))
}

/** What a thief can answer to what the honest party signed for it. */
function* answers(
  scene: Scene,
  party: SceneParty,
  thief: SceneParty,
  { channelId, ends }: SceneChannel,
  { out }: ChannelRecord,
  deliver: Deliver,
): Generator<Act> {
  const lane = ends[0] === party.index ? 0 : 1
  for (const { state, status, update } of out.updates) {
    if (status === 'refused') continue
    const { seq } = state
    const signature = thief.signer.sign(scene.digests.laneVoucher(update.voucher))
    yield {
      label: `${thief.name} countersigns voucher ${seq} of ${party.name}`,
      run: (tx) => deliver(tx, { from: thief, message: { type: 'countersign', channelId, lane, seq, signature } }),
    }
  }
  if (scene.scope.together === true && out.updates.some(({ status }) => status === 'sent')) {
    const { seq } = draftState(out)
    yield {
      label: `${thief.name} accepts all of ${party.name}'s vouchers`,
      run: (tx) => deliver(tx, { from: thief, message: { type: 'accepted', channelId, lane, seq } }),
    }
  }
  if (out.nextSeq > BigInt(scene.scope.refuseBelow ?? 0)) return
  const standing = [
    out.base.state,
    ...out.updates.filter(({ status }) => status !== 'refused').map(({ state }) => state),
  ]
  for (const [i, { seq: newest }] of standing.entries()) {
    const seq = standing[i + 1]?.seq
    if (seq === undefined) continue
    for (const code of ['FOLD_TOO_LOW', 'LANE_OVERSPENT']) {
      yield {
        label: `${thief.name} refuses ${party.name}'s vouchers from ${seq} on as ${code}`,
        run: (tx) => deliver(tx, { from: thief, message: { type: 'refuse', channelId, lane, seq, newest, code } }),
      }
    }
  }
}

/** What thieves can say of a virtual channel: payments, claims, declines. */
function* aboutVirtual(
  scene: Scene,
  party: SceneParty,
  virtual: SceneVirtual,
  record: VirtualRecord,
  deliver: Deliver,
): Generator<Act> {
  const { virtualId, path, capacity, index } = virtual
  const name = `V${index + 1}`
  const payer = scene.parties[path[0] ?? 0]
  if (payer === undefined) return
  if (record.role === 'payee' && record.phase.type !== 'closed') {
    const accepted = Number(voucherOf(record)?.voucher.amount ?? 0n)
    for (let amount = accepted + 1; amount <= Number(capacity); amount++) {
      const signed = signedVoucher(scene, virtual, amount)
      yield {
        label: `${party.name} is paid ${amount} over ${name}`,
        needed: { virtual: index, amount },
        run: (tx) => deliver(tx, { from: payer, message: { type: 'voucher', signed } }),
      }
    }
  }
  const next = scene.parties[path[record.position + 1] ?? -1]
  if (next?.isThief !== true || outgoingLeg(record) === undefined) return
  for (let amount = 0; amount <= Number(capacity); amount++) {
    const voucher = amount === 0 ? undefined : signedVoucher(scene, virtual, amount)
    yield {
      label: `${next.name} claims ${amount} of ${name} from ${party.name}`,
      ...(amount > 0 && { needed: { virtual: index, amount } }),
      run: (tx) => deliver(tx, { from: next, message: { type: 'claim', virtualId, ...(voucher && { voucher }) } }),
    }
  }
  const forged = signedVoucher(scene, virtual, Number(capacity), next.index)
  yield {
    label: `${next.name} claims ${capacity} of ${name} from ${party.name} by a forged voucher`,
    run: (tx) => deliver(tx, { from: next, message: { type: 'claim', virtualId, voucher: forged } }),
  }
  yield {
    label: `${next.name} declines ${name} to ${party.name}`,
    run: (tx) =>
      deliver(tx, { from: next, message: { type: 'decline', virtualId, code: 'ADD_CAPACITY_SMALL', returned: 0n } }),
  }
}
