import { type Id, type LaneUpdate, type Memo, NATIVE_TOKEN, type VirtualTerms } from '@sluice/protocol'
import { signCloseRequest } from '../defence/goals/close-request.ts'
import type { PolicyChanges } from '../policy/policy.ts'
import type { SignedCloseRequest } from '../ports/chain.ts'
import { Puppet, type PuppetChannel } from './puppet.ts'
import { createWorld, type Party, type World } from './world.ts'

/** What a hub is given time for after each message, milliseconds. */
const A_MOMENT = 200

/** A hub between two puppets, with one virtual channel from one to the other that is not opened yet. */
export class HubScene {
  readonly world: World
  readonly hub: Party
  readonly payer: Puppet
  readonly payee: Puppet
  readonly fromPayer: PuppetChannel
  readonly toPayee: PuppetChannel
  readonly terms: VirtualTerms
  readonly virtualId: Id
  #made = 0n

  private constructor(world: World, [payer, payee]: [Puppet, Puppet], [from, to]: [PuppetChannel, PuppetChannel]) {
    this.world = world
    this.hub = world.party('hub')
    this.payer = payer
    this.payee = payee
    this.fromPayer = from
    this.toPayee = to
    this.terms = this.termsOf()
    this.virtualId = this.idOf(this.terms)
  }

  /**
   * The payer's channel to the hub holds 5000 of the payer's, the hub's to the payee 5000 of the hub's.
   *
   * @param gasPrice Native base units for a unit of gas.
   */
  static async create(policy: PolicyChanges = {}, gasPrice = 0n): Promise<HubScene> {
    const hubPolicy = { forward: true, forwardWait: 2, ...policy }
    const world = createWorld({
      seed: 5,
      chain: { gasPrice },
      parties: { hub: { money: 100_000n, policy: hubPolicy } },
    })
    await world.start()
    const hub = world.party('hub')
    const puppets = [101, 102].map((key) => new Puppet(world, `puppet ${key}`, world.signerOf(key)))
    const [payer, payee] = puppets as [Puppet, Puppet]
    for (const puppet of puppets) {
      await puppet.start()
      await puppet.connect(hub)
    }
    const fromPayer = await payer.open(hub, 5000n)
    const toPayee = await payee.open(hub, 0n)
    await world.finish(hub.engine.topUp(toPayee.channelId, 5000n))
    return new HubScene(world, [payer, payee], [fromPayer, toPayee])
  }

  /** Terms of another virtual channel of the same path, or of another. */
  termsOf(path = [this.payer.address, this.hub.address, this.payee.address], capacity = 300n): VirtualTerms {
    this.#made += 1n
    const minute = BigInt(Math.floor(this.world.scheduler.now() / 60_000))
    return { path, token: NATIVE_TOKEN, capacity, disputeWindow: 10, nonce: (minute << 32n) + this.#made }
  }

  idOf(terms: VirtualTerms): Id {
    return this.world.chain.digests.virtualId(terms)
  }

  /** A memo without fees whose lifetimes are in order. */
  memoOf(hops: number): Memo {
    const now = BigInt(Math.floor(this.world.scheduler.now() / 1000))
    const until = Array.from({ length: hops }, (_, i) => now + 600n - BigInt(i) * 10n)
    return { until, fees: Array.from({ length: hops - 1 }, () => 0n) }
  }

  /** What whoever is in the channel or path signs so that anybody may begin its close on chain. */
  closeRequest(puppet: Puppet, id: Id): SignedCloseRequest {
    return signCloseRequest(puppet.signer, this.world.chain.digests, [id], 2n ** 63n)
  }

  /** The payer locks. */
  add(terms = this.terms): Promise<LaneUpdate> {
    return this.payer.update(this.fromPayer, [{ type: 'add', terms, memo: this.memoOf(terms.path.length - 1) }])
  }

  /** The payer folds. */
  fold(amount: bigint, lockId = this.virtualId): Promise<LaneUpdate> {
    return this.payer.update(this.fromPayer, [{ type: 'fold', lockId, amount }])
  }

  /** Why the hub refused an update, if it did. */
  refusedCode({ voucher }: LaneUpdate, from = this.payer): string | undefined {
    return from.heardOf('refuse').find(({ seq }) => seq === voucher.seq)?.code
  }

  /** What the hub declined, by id. */
  declines(): readonly (readonly [Id, string])[] {
    return this.payer.heardOf('decline').map(({ virtualId, code }) => [virtualId, code])
  }

  /** The newest update that the hub sent to the payee. */
  newest(): LaneUpdate {
    const update = this.payee.heardOf('update').at(-1)?.update
    if (update === undefined) throw new Error('the hub sent no update')
    return update
  }

  /** The folds that the hub sent to the payee. */
  folds(): readonly LaneUpdate[] {
    const updates = this.payee.heardOf('update').map(({ update }) => update)
    return updates.filter(({ operations }) => operations[0]?.type === 'fold')
  }

  /** The payee accepts an update. */
  async accept({ voucher: { channelId, lane, seq } } = this.newest()): Promise<void> {
    this.payee.send(this.hub.address, { type: 'accepted', channelId, lane, seq })
    await this.world.scheduler.runFor(A_MOMENT)
  }

  async countersign(update = this.newest()): Promise<void> {
    this.payee.countersign(update, this.hub)
    await this.world.scheduler.runFor(A_MOMENT)
  }

  /** The payee refuses an update. */
  async refuse(code: string, { base, voucher: { channelId, lane, seq } } = this.newest()): Promise<void> {
    this.payee.send(this.hub.address, { type: 'refuse', channelId, lane, seq, newest: base, code })
    await this.world.scheduler.runFor(A_MOMENT)
  }

  /** The payee claims what a voucher is worth. */
  async claim(amount: bigint, signer = this.payer): Promise<void> {
    const { virtualId } = this
    this.payee.send(this.hub.address, { type: 'claim', virtualId, voucher: signer.pay(virtualId, amount) })
    await this.world.scheduler.runFor(A_MOMENT)
  }

  /** The payee declines the lock. */
  async decline(): Promise<void> {
    this.payee.send(this.hub.address, { type: 'decline', virtualId: this.virtualId, code: 'NO', returned: 0n })
    await this.world.scheduler.runFor(A_MOMENT)
  }

  /** A puppet redeems a voucher of the payer's, which begins the window; a block later the hub has seen it. */
  async redeem(by: Puppet, amount: bigint): Promise<void> {
    const signed = this.payer.pay(this.virtualId, amount)
    this.world.chain.submit(by.address, { type: 'redeem', terms: this.terms, signed })
    await this.world.scheduler.runFor(2_000)
  }

  /** What the chain was shown of the virtual channel, base units; undefined if its window never began. */
  redeemed(): bigint | undefined {
    return this.world.chain.ledger.virtuals.get(this.virtualId)?.amount
  }

  statusOf(virtualId = this.virtualId): string | undefined {
    return this.hub.engine.virtuals().find((view) => view.virtualId === virtualId)?.status
  }
}
