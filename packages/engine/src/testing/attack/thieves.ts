import { type Id, type Memo, NATIVE_TOKEN, type Operation, type VirtualTerms } from '@sluice/protocol'
import { signCloseRequest } from '../../defence/goals/close-request.ts'
import type { Puppet, PuppetChannel } from '../puppet.ts'
import type { AttackScene } from './scene.ts'

/** What thieves do in more than one attack. */
export class Thieves {
  readonly #scene: AttackScene
  #made = 0n

  constructor(scene: AttackScene) {
    this.#scene = scene
  }

  get #seconds(): bigint {
    return BigInt(Math.floor(this.#scene.world.scheduler.now() / 1000))
  }

  /** Terms of a virtual channel from one through the hub to the other. */
  termsOf(from: Puppet, to: Pick<Puppet, 'address'>, capacity: bigint, disputeWindow = 10): VirtualTerms {
    this.#made += 1n
    const path = [from.address, this.#scene.hub.address, to.address]
    return { path, token: NATIVE_TOKEN, capacity, disputeWindow, nonce: ((this.#seconds / 60n) << 32n) + this.#made }
  }

  idOf(terms: VirtualTerms): Id {
    return this.#scene.world.chain.digests.virtualId(terms)
  }

  /** A memo that lets the payee's hop live for so many seconds. */
  memoOf(seconds: bigint, fee = 0n): Memo {
    const until = this.#seconds + seconds
    return { until: [until + 10n, until], fees: [fee] }
  }

  /** A channel that the thief pays into, and one of the hub's money to the other thief. */
  async channels(
    from: Puppet,
    to: Puppet,
    deposit: bigint,
  ): Promise<{ readonly incoming: PuppetChannel; readonly outgoing: PuppetChannel }> {
    const { hub, world } = this.#scene
    const incoming = await from.open(hub, deposit)
    const outgoing = await to.open(hub, 0n)
    await world.finish(hub.engine.topUp(outgoing.channelId, deposit))
    return { incoming, outgoing }
  }

  /** Locks in updates of a hundred operations each. */
  async lock(from: Puppet, channel: PuppetChannel, all: readonly VirtualTerms[], memo: Memo): Promise<void> {
    for (let i = 0; i < all.length; i += 100) {
      const adds = all.slice(i, i + 100).map((terms): Operation => ({ type: 'add', terms, memo }))
      await from.update(channel, adds)
      await this.#scene.runFor(1)
    }
  }

  /** Accepts and countersigns all that the hub sent and that was not answered yet. */
  answer(thief: Puppet, answered: Set<bigint>): void {
    const { hub } = this.#scene
    const updates = thief.heardOf('update').filter(({ update }) => !answered.has(update.voucher.seq))
    for (const { update } of updates) {
      const { channelId, lane, seq } = update.voucher
      answered.add(seq)
      thief.send(hub.address, { type: 'accepted', channelId, lane, seq })
    }
    const newest = updates.at(-1)
    if (newest !== undefined) thief.countersign(newest.update, hub)
  }

  /** Begins a close on chain. */
  closeVirtual(thief: Puppet, terms: VirtualTerms): void {
    const { chain } = this.#scene.world
    const request = signCloseRequest(thief.signer, chain.digests, [this.idOf(terms)], 2n ** 63n)
    chain.submit(thief.address, { type: 'closeVirtual', terms, request })
  }

  /** Begins the close of a channel on chain without a voucher, and settles it once its window is over. */
  async closeWithNothing(thief: Puppet, { terms, channelId }: PuppetChannel): Promise<void> {
    const { chain } = this.#scene.world
    const request = signCloseRequest(thief.signer, chain.digests, [channelId], 2n ** 63n)
    chain.submit(thief.address, { type: 'startClose', terms, request })
    await this.#scene.runFor(terms.disputeWindow + 2)
    const lanes = chain.ledger.channels.get(channelId)?.lanes
    if (lanes !== undefined) chain.submit(thief.address, { type: 'settle', terms, locks: [lanes[0], lanes[1]] })
    await this.#scene.runFor(2)
  }
}
