import { type ChannelRecord, cooperativeClose, type Hex, type LaneVoucher, ZERO_HASH } from '@sluice/protocol'
import type { SignedLaneVoucher } from '../../../ports/chain.ts'
import type { ContractCall } from '../../contract/calls.ts'
import { otherEnd, signedVoucher } from './acts.ts'
import type { MemberState } from './member-tx.ts'
import type { Scene, SceneChannel, SceneParty, SceneVirtual } from './scene.ts'

/** A call that a thief can make. */
export interface ThiefCall {
  readonly label: string
  readonly sender: SceneParty
  readonly call: ContractCall
  /** Whether thieves can make it later, too, whatever the honest side then remembers of it. */
  readonly isKept?: boolean
}

/** What thieves can call at any time. */
export function* callsAtAnyTime({ channels, virtuals, parties }: Scene): Generator<ThiefCall> {
  const thiefAmong = (places: readonly number[]) => places.map((at) => parties[at]).find((one) => one?.isThief)
  for (const { terms, ends } of channels) {
    const sender = thiefAmong(ends)
    if (sender !== undefined)
      yield { label: `${sender.name} starts to close`, sender, call: { type: 'startClose', terms } }
  }
  for (const { terms, path, index } of virtuals) {
    const sender = thiefAmong(path)
    if (sender === undefined) continue
    yield { label: `${sender.name} starts the window of V${index + 1}`, sender, call: { type: 'closeVirtual', terms } }
  }
}

/** Redemptions of a virtual channel's vouchers, by amount from 1 on. */
export function* redemptions(scene: Scene, virtual: SceneVirtual): Generator<ThiefCall> {
  const { terms, path, index, capacity } = virtual
  const sender = path.map((at) => scene.parties[at]).find((one) => one?.isThief)
  if (sender === undefined) return
  for (let amount = 1; amount <= Number(capacity); amount++) {
    const signed = signedVoucher(scene, virtual, amount)
    yield {
      label: `${sender.name} redeems ${amount} of V${index + 1}`,
      sender,
      call: { type: 'redeem', terms, signed },
    }
  }
}

/** Seq of a voucher that no honest party ever saw. */
const FABRICATED_SEQ = 1_000n

/** What thieves can show on chain or execute there by what an honest party signed. Whether the contract takes it is the contract's business. */
export function* callsBySignatures(scene: Scene, party: SceneParty, state: MemberState): Generator<ThiefCall> {
  for (const channel of party.channels) {
    const thief = otherEnd(scene, party, channel)
    if (!thief.isThief) continue
    const record = state.channels.find((one) => one.channelId === channel.channelId)
    if (record === undefined) continue
    const { out, in: received } = record
    for (const { update } of out.updates) {
      yield show(channel, thief, party, { voucher: update.voucher, payerSignature: update.signature })
    }
    if (out.base.signed !== undefined) yield show(channel, thief, party, out.base.signed)
    if (received.base.signed !== undefined) yield show(channel, thief, thief, received.base.signed)
    yield fabricated(scene, channel, thief)
    yield* together(scene, channel, thief, party, record)
  }
}

function show({ terms }: SceneChannel, sender: SceneParty, payer: SceneParty, voucher: SignedLaneVoucher): ThiefCall {
  const { seq, paid, locked } = voucher.voucher
  return {
    label: `${sender.name} shows voucher ${seq} of ${payer.name} (paid ${paid}, locked ${locked})`,
    sender,
    call: { type: 'updateLane', terms, voucher },
  }
}

/** A voucher of the thief's own lane that pays nothing, which its receiver never saw. */
function fabricated(scene: Scene, { channelId, terms, ends }: SceneChannel, thief: SceneParty): ThiefCall {
  const lane = ends[0] === thief.index ? 0 : 1
  const voucher: LaneVoucher = { channelId, lane, seq: FABRICATED_SEQ, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }
  const payerSignature = thief.signer.sign(scene.digests.laneVoucher(voucher))
  return {
    label: `${thief.name} shows a voucher that owes nothing`,
    sender: thief,
    call: { type: 'updateLane', terms, voucher: { voucher, payerSignature } },
  }
}

function* together(
  { digests }: Scene,
  { terms, ends }: SceneChannel,
  thief: SceneParty,
  party: SceneParty,
  { phase, withdrawals, self }: ChannelRecord,
): Generator<ThiefCall> {
  const signatures = (digest: Hex) => {
    const [own, other] = [party.signer.sign(digest), thief.signer.sign(digest)]
    return self === 0 ? ([own, other] as const) : ([other, own] as const)
  }
  const known = cooperativeClose(phase)
  if (known.type !== 'none' && known.type !== 'requested') {
    const { from, amount, deadline } = known.close
    yield {
      label: `${thief.name} closes the channel with ${party.name} as both signed`,
      sender: thief,
      call: { type: 'close', terms, from, amount, deadline, signatures: signatures(digests.close(known.close)) },
      isKept: true,
    }
  }
  for (const { withdrawal } of withdrawals) {
    const { party: by, total, deadline } = withdrawal
    yield {
      label: `${thief.name} executes a withdrawal of party ${ends[by]}`,
      sender: thief,
      call: {
        type: 'withdraw',
        terms,
        party: by,
        total,
        deadline,
        signatures: signatures(digests.withdrawal(withdrawal)),
      },
      isKept: true,
    }
  }
}
