import {
  type Address,
  type ChannelTerms,
  decodeFrame,
  draftOperation,
  draftRestatement,
  emptyOutLane,
  encodeFrame,
  type Frame,
  type Id,
  type IgnoredFrame,
  type LaneHashing,
  type LaneName,
  type LaneUpdate,
  type LaneVoucher,
  markAccepted,
  NATIVE_TOKEN,
  type Operation,
  type OutLane,
  type PeerMessage,
  PROLONGING,
  ProtocolError,
  rollBack,
  type SignedVoucher,
  type Signer,
  signDraft,
  type VolatileMessage,
  ZERO_HASH,
} from '@sluice/protocol'
import type { Session } from '../ports/transport.ts'
import type { Party, World } from './world.ts'

/** A channel that a puppet has with a party; the puppet's own lane is all that it keeps of it. */
export interface PuppetChannel {
  readonly channelId: Id
  readonly terms: ChannelTerms
  readonly party: Party
  readonly lane: 0 | 1
}

const VOLATILE: ReadonlySet<string> = new Set(['voucher', 'voucherAccepted', 'voucherRefused', 'tick', '_policy'])

const isVolatile = (message: PeerMessage): message is VolatileMessage => VOLATILE.has(message.type)

/**
 * A peer without an engine: it says, signs and shows whatever a test lets it, keeps no rule, and acknowledges everything. What it is
 * told is in `heard`.
 */
export class Puppet {
  readonly signer: Signer
  readonly url: string
  readonly heard: PeerMessage[] = []
  /** The numbers of what it tells in its hellos from now on. */
  features: readonly number[] = [PROLONGING.number + 1]
  readonly #world: World
  readonly #hashing: LaneHashing
  readonly #sessions = new Map<Address, Session>()
  readonly #greeted = new WeakSet<Session>()
  readonly #kept = new Map<Address, Map<bigint, Uint8Array>>()
  readonly #next = new Map<Address, bigint>()
  readonly #expected = new Map<Address, bigint>()
  readonly #lanes = new Map<Id, OutLane>()

  /** @param signer Of the world's own cryptography. */
  constructor(world: World, name: string, signer: Signer) {
    this.#world = world
    this.signer = signer
    this.url = `sim:${name}`
    this.#hashing = { crypto: world.crypto, digests: world.chain.digests }
    world.chain.mint(NATIVE_TOKEN, this.address, 10n ** 18n)
  }

  get address(): Address {
    return this.signer.address
  }

  /** Begins to listen. */
  async start(): Promise<void> {
    const transport = this.#world.network.attach(this.address, this.url)
    await transport.start({
      opened: (session) => this.#opened(session),
      frame: (session, frame) => this.#take(session, decodeFrame(frame)),
      closed: (session) => {
        if (this.#sessions.get(session.peer) === session) this.#sessions.delete(session.peer)
      },
    })
    this.connect = async (party) => {
      await this.#world.finish(transport.connect(party.address, party.url))
      await this.#world.scheduler.runFor(200)
    }
  }

  /** Opens a session with a party. */
  connect: (party: Party) => Promise<void> = async () => {
    throw new Error('the puppet was not started')
  }

  isConnected(party: Party): boolean {
    return this.#sessions.has(party.address)
  }

  /** Says anything at all. What is numbered is said again in each session until it is acknowledged. */
  send(to: Address, message: PeerMessage): void {
    const session = this.#sessions.get(to)
    const isReady = session !== undefined && this.#greeted.has(session)
    if (isVolatile(message)) {
      if (isReady) session.send(encodeFrame({ kind: 'volatile', message }))
      return
    }
    const number = this.#next.get(to) ?? 1n
    this.#next.set(to, number + 1n)
    const frame = encodeFrame({ kind: 'data', number, message })
    this.#keptFor(to).set(number, frame)
    if (isReady) session.send(frame)
  }

  /** Says bytes as they are, whatever they hold, if a session stands. */
  sendFrame(to: Address, bytes: Uint8Array): void {
    this.#sessions.get(to)?.send(bytes)
  }

  #keptFor(to: Address): Map<bigint, Uint8Array> {
    const kept = this.#kept.get(to) ?? new Map<bigint, Uint8Array>()
    this.#kept.set(to, kept)
    return kept
  }

  #opened(session: Session): void {
    const { peer } = session
    this.#sessions.set(peer, session)
    const next = this.#expected.get(peer) ?? 1n
    const oldest = [...this.#keptFor(peer).keys()][0] ?? this.#next.get(peer) ?? 1n
    session.send(
      encodeFrame({ kind: 'hello', next, oldest, account: this.address, features: [...this.features], channels: [] }),
    )
  }

  #take(session: Session, frame: Frame | IgnoredFrame): void {
    switch (frame.kind) {
      case 'hello':
        this.#greeted.add(session)
        for (const [number, kept] of this.#keptFor(session.peer)) if (number >= frame.next) session.send(kept)
        return
      case 'ack':
        for (const number of this.#keptFor(session.peer).keys()) {
          if (number <= frame.number) this.#keptFor(session.peer).delete(number)
        }
        return
      case 'volatile':
        this.heard.push(frame.message)
        return
      case 'data':
        session.send(encodeFrame({ kind: 'ack', number: frame.number }))
        if (frame.number < (this.#expected.get(session.peer) ?? 1n)) return
        this.#expected.set(session.peer, frame.number + 1n)
        this.heard.push(frame.message)
        this.#follow(frame.message)
    }
  }

  /** Keeps the own lane as an honest payer would, so that further updates can be built on it. */
  #follow(message: PeerMessage): void {
    if (message.type !== 'accepted' && message.type !== 'refuse') return
    const lane = this.#lanes.get(message.channelId)
    if (lane === undefined) return
    if (message.type === 'accepted') this.#lanes.set(message.channelId, markAccepted(lane, message.seq))
    // What was signed under a made-up seq is not in the lane, and cannot be rolled back.
    else if (lane.updates.some(({ state }) => state.seq === message.seq)) {
      this.#lanes.set(message.channelId, rollBack(lane, message.seq, message.newest))
    }
  }

  /** Messages heard of one type, in order. */
  heardOf<T extends PeerMessage['type']>(type: T): readonly Extract<PeerMessage, { type: T }>[] {
    return this.heard.filter((message): message is Extract<PeerMessage, { type: T }> => message.type === type)
  }

  /** Opens a channel with a party and deposits into it. */
  async open(party: Party, deposit: bigint): Promise<PuppetChannel> {
    const own = { account: this.address, signer: this.address }
    const other = { account: party.address, signer: party.address }
    const isFirst = own.signer < other.signer
    const terms: ChannelTerms = {
      a: isFirst ? own : other,
      b: isFirst ? other : own,
      token: NATIVE_TOKEN,
      disputeWindow: 20,
      nonce: BigInt(Math.floor(this.#world.scheduler.now() / 60_000)) << 32n,
    }
    const channelId = this.#world.chain.digests.channelId(terms)
    const lane = isFirst ? 0 : 1
    this.send(party.address, { type: 'propose', terms })
    if (deposit > 0n) this.#world.chain.submit(this.address, { type: 'deposit', terms, party: lane, amount: deposit })
    await this.#world.scheduler.runFor(5_000)
    this.#lanes.set(channelId, emptyOutLane)
    return { channelId, terms, party, lane }
  }

  /** Signs an update of the own lane; the voucher's fields can be anything. */
  sign(channel: PuppetChannel, operations: readonly Operation[], changes: Partial<LaneVoucher> = {}): LaneUpdate {
    const name: LaneName = { channelId: channel.channelId, lane: channel.lane }
    const before = this.#lanes.get(channel.channelId) ?? emptyOutLane
    const drafted = operations.reduce((lane, one) => draftOperation(this.#hashing, lane, one), draftRestatement(before))
    const signed = signDraft(this.#hashing, this.signer, name, drafted, 0n)
    if (signed === undefined) throw new RangeError('there was a draft')
    this.#lanes.set(channel.channelId, signed.lane)
    const voucher = { ...signed.update.voucher, ...changes }
    return { ...signed.update, voucher, signature: this.signer.sign(this.#hashing.digests.laneVoucher(voucher)) }
  }

  /** Signs an update unless its operations are not even possible on the own lane. */
  trySign(channel: PuppetChannel, operations: readonly Operation[]): LaneUpdate | undefined {
    try {
      return this.sign(channel, operations)
    } catch (error) {
      if (error instanceof ProtocolError) return undefined
      throw error
    }
  }

  /** Signs and sends an update, and gives the party time to answer. */
  async update(
    channel: PuppetChannel,
    operations: readonly Operation[],
    changes: Partial<LaneVoucher> = {},
  ): Promise<LaneUpdate> {
    const update = this.sign(channel, operations, changes)
    this.send(channel.party.address, { type: 'update', update })
    await this.#world.scheduler.runFor(200)
    return update
  }

  /** A voucher of a virtual channel that the puppet pays. */
  pay(virtualId: Id, amount: bigint): SignedVoucher {
    const voucher = { virtualId, amount, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }
    return { voucher, signature: this.signer.sign(this.#hashing.digests.voucher(voucher)) }
  }

  /** Countersigns an update of a party's lane. */
  countersign(update: LaneUpdate, party: Party): void {
    const { channelId, lane, seq } = update.voucher
    const signature = this.signer.sign(this.#hashing.digests.laneVoucher(update.voucher))
    this.send(party.address, { type: 'countersign', channelId, lane, seq, signature })
  }
}
