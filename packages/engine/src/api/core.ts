import type { Address, Id, PeerMessage } from '@sluice/protocol'
import { createDigests, FEATURES, isStanding } from '@sluice/protocol'
import { channelFlow } from '../channels/flow.ts'
import { freezeChannels } from '../channels/process.ts'
import { proposeAnew } from '../channels/propose.ts'
import { channelView } from '../channels/view.ts'
import { GasPrices } from '../defence/batches/gas-prices.ts'
import { Depositor } from '../defence/depositor.ts'
import { channelGoals, lockedIn } from '../defence/goals/channel-goals.ts'
import { virtualGoals } from '../defence/goals/virtual-goals.ts'
import { batchCosts, GUARDED, type Guard } from '../defence/guard.ts'
import { knowledgeOf } from '../defence/sending/knowledge.ts'
import { Publisher } from '../defence/sending/publisher.ts'
import { Sender } from '../defence/sending/sender.ts'
import { laneFlow } from '../lanes/flow.ts'
import { isPremature } from '../lanes/handle-update.ts'
import { virtualFlows } from '../locks/flow.ts'
import { virtualKeeper } from '../locks/keeper.ts'
import { virtualView } from '../locks/view.ts'
import { type Flows, joinFlows } from '../loop/dispatch.ts'
import { Loop } from '../loop/loop.ts'
import { Timers } from '../loop/timers.ts'
import type { Transaction } from '../loop/transaction.ts'
import { Peers } from '../peers/peers.ts'
import { checkPolicy } from '../policy/check-policy.ts'
import { createPolicy, profileOf } from '../policy/policy.ts'
import type { ChainBlock, ChainHandler } from '../ports/chain.ts'
import type { Environment } from '../ports/environment.ts'
import { silentLog } from '../ports/log.ts'
import { takeStore } from '../records/chain/store-owner.ts'
import { channelNames } from '../records/channel-names.ts'
import { collectionsOf, createState, loadState, offerNames, type State } from '../records/state.ts'
import { forgetUsedIds, oldestUsedMinute } from '../records/used-ids.ts'
import { virtualNames } from '../records/virtual-names.ts'
import { type EngineRole, rolesOf } from '../roles/engine-role.ts'
import { Closing } from '../watch/closing.ts'
import { forgetStrangers } from '../watch/forget.ts'
import { ChainWatch } from '../watch/watch.ts'
import type { ChainStatus, EngineOptions, EnginePorts, Notification } from './engine.ts'
import { createTransaction } from './transaction.ts'

/** An engine's parts, put together. What it does stands in the flows; this is only how they hear of things. */
export class Core {
  readonly env: Environment
  readonly state: State
  readonly loop: Loop
  readonly tx: Transaction
  readonly watch: ChainWatch
  readonly peers: Peers
  readonly depositor: Depositor
  readonly publisher: Publisher
  readonly listeners = new Set<(notification: Notification) => void>()
  readonly #ports: EnginePorts
  readonly #flows: Flows
  readonly #timers: Timers
  readonly #closing: Closing
  readonly #gasPrices: GasPrices
  readonly #guard: Guard | undefined
  #now = 0
  #isCaughtUp = false
  #forgetAt = 0n
  /** What the newest news of the chain was about. */
  #moved: ReadonlySet<Id> = new Set()
  /** The minute before which all used ids were forgotten. */
  #usedSince: number | undefined
  #isStopped = false
  /** Why the chain is not reached, and in what those who are asked about it disagree. */
  #silence: Error | undefined
  #doubt: Error | undefined

  constructor(roles: readonly EngineRole[], ports: EnginePorts, options: EngineOptions) {
    const { chain, clock, store, log = silentLog, signer, crypto, random, transport } = ports
    const { policy = createPolicy(profileOf(chain.domain.chainId)) } = options
    checkPolicy(policy)
    this.#ports = ports
    this.#guard = options.guard
    const digests = createDigests(chain.domain, crypto)
    const account = options.account ?? signer.address
    this.env = { self: signer.address, account, signer, crypto, digests, policy, roles: rolesOf(roles), random, log }
    this.state = createState(this.env, this.env.roles.kind, (id) => this.loop.touch(id))
    this.watch = new ChainWatch(this.state)
    this.#closing = new Closing(this.state, this.watch)
    this.#flows = joinFlows([channelFlow, laneFlow, ...virtualFlows(roles)])
    this.loop = new Loop({
      store,
      log,
      participants: [...collectionsOf(this.state), this.watch],
      onBatch: () => {
        this.#now = clock.now()
      },
      beforeCommit: () => this.peers.sweep(),
      onCommit: (keys) => this.#committed(keys),
      onFatal: (error) => void this.#fail(error, options.onFatal),
      onHeld: (reason) => this.#hold(reason),
      after: (milliseconds, run) => clock.after(milliseconds, run),
    })
    this.tx = createTransaction({
      env: this.env,
      state: this.state,
      chain: this.watch,
      links: {
        isConnected: (peer) => this.peers.isConnected(peer),
        commonFeatures: (peer) => this.peers.commonFeatures(peer),
        pending: (peer) => this.peers.pending(peer),
        transmit: (peer, number, frame) => this.peers.transmit(peer, number, frame),
        volatile: (peer, frame) => this.peers.volatile(peer, frame),
        reach: (peer) => this.peers.reach(peer),
        forget: (peer) => {
          this.peers.forget(peer)
          if (!this.peers.hasSession(peer) && !this.#hasChannel(peer)) this.#forgetPrices(peer)
        },
      },
      locks: virtualKeeper,
      loop: this.loop,
      now: () => this.#now,
      gasPrice: () => this.#gasPrices.high,
      notify: (notification) => this.#notify(notification),
    })
    this.#gasPrices = new GasPrices(chain, () => clock.now())
    this.#timers = new Timers(clock, (key) => this.#due(key as Id))
    this.peers = new Peers({
      transport,
      clock,
      tx: this.tx,
      features: options.features ?? { known: FEATURES, required: [] },
      post: (run, failed = (error) => this.#unexpected(error), changes = {}) =>
        this.loop.post({ ...changes, run, failed }),
      isFull: () => this.loop.isFull,
      dispatch: (peer, message) => this.#dispatch(peer, message),
      onConnected: (peer) => this.#connected(peer),
      onDisconnected: (peer, wasReady) => {
        this.#keepPrices(peer)
        this.tx.wake(peerTopic(peer))
        if (wasReady) this.tx.notify({ type: 'peer', peer, connected: false })
      },
      isWanted: (peer) => this.#isWanted(peer),
      onLoss: (peer, reason) => this.#freeze(peer, reason),
      isPremature: (_peer, message) => isPremature(this.tx, message),
      onAnew: (peer) => proposeAnew(this.tx, peer),
    })
    const sender = new Sender()
    this.depositor = new Depositor({
      chain,
      sender,
      loop: this.loop,
      tx: this.tx,
      after: (...wait) => clock.after(...wait),
    })
    this.publisher = new Publisher({
      chain,
      sender,
      log,
      notify: (notification) => this.#notify(notification),
      policy,
      knowledge: knowledgeOf(this.tx),
      gasPrices: this.#gasPrices,
      onSent: (batch, cost) => this.#guard?.sent?.(batchCosts(batch, cost)),
      onDropped: (batch, cost) => this.#guard?.sent?.(batchCosts(batch, -cost)),
    })
  }

  /** Loads, catches up with the chain, and only then talks to peers. */
  async start(): Promise<void> {
    const { chain, store } = this.#ports
    await loadState(this.state, store)
    await this.#takeStore()
    for (const [channelId] of this.state.channels.allCommitted()) this.#schedule(channelId)
    for (const [virtualId] of this.state.virtuals.allCommitted()) this.#schedule(virtualId)
    for (const facts of [this.state.channelFacts, this.state.virtualFacts]) this.#closing.note(facts.keys())
    this.#guard?.named?.(this.state.virtualFacts.keys())
    const from = this.watch.start
    const handler: ChainHandler = {
      block: (block) => this.#chainEvent(() => this.#takeBlock(block)),
      rolledBack: (to) => this.#chainEvent(() => this.#chainMoved(this.watch.takeRollback(to))),
      final: (number) => this.#chainEvent(() => this.#takeFinal(number)),
      health: (problem) => this.#health(problem),
      doubt: (reason) => this.#event(() => this.#takeDoubt(reason)),
    }
    await chain.start(from, handler, this.watch.seen)
    await this.loop.idle()
    this.#isCaughtUp = true
    this.#event(() => {
      for (const [channelId] of this.state.channels.entries()) this.#flows.channelChain(this.tx, channelId)
      for (const id of this.#underWay()) if (this.state.virtuals.get(id)) this.#flows.virtualChain(this.tx, id)
    })
    await this.loop.idle()
    for (const [channelId] of this.state.channels.allCommitted()) this.#updateGoals(channelId)
    for (const id of this.#underWay()) {
      this.#updateGoals(id)
      for (const virtualId of this.tx.virtualsOn(id)) this.#updateGoals(virtualId)
    }
    this.#askGuard()
    this.depositor.look()
    await this.#askGasPrice()
    await this.peers.start()
  }

  /** What is taken on is held against what its defence would cost, so the price is known before anything is taken on. */
  async #askGasPrice(): Promise<void> {
    const { policy, roles, log } = this.env
    if (policy.worthMin === 0 || !roles.receives) return
    await this.#gasPrices
      .refresh(PRICE_EVERY_MS)
      .catch((error) => log.debug('gas price not told', { error: String(error) }))
  }

  /** The store is this signer's on this chain, or becomes it, before anything else is written. */
  #takeStore(): Promise<void> {
    const owner = { ...this.#ports.chain.domain, signer: this.env.self }
    return this.loop.write(() => takeStore(this.state.owner, owner))
  }

  /** Ends everything; what is stored goes on at the next start. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.loop.stop()
    this.#halt()
    await this.loop.idle()
    await Promise.all([this.peers.stop(), this.#ports.chain.stop()])
    await this.#ports.store.close()
  }

  #halt(): void {
    this.#timers.stop()
    this.depositor.stop()
    this.publisher.stop()
  }

  async #fail(error: Error, onFatal: ((error: Error) => void) | undefined): Promise<void> {
    this.env.log.error('engine failed', { error: error.message })
    this.#isStopped = true
    this.#halt()
    await Promise.allSettled([this.peers.stop(), this.#ports.chain.stop()])
    await this.#ports.store.close().catch(() => {})
    onFatal?.(error)
  }

  #event(run: () => void): void {
    this.loop.post({ run, failed: (error) => this.#unexpected(error) })
  }

  /** News of the chain is taken though the store takes nothing: what has to be answered there is answered from memory. */
  #chainEvent(run: () => void): void {
    const failed = (error: unknown) => this.#unexpected(error)
    this.loop.post({ run, failed, urgent: () => this.#defend() })
  }

  /** Works out anew what is to be called on chain, by what is durable and by all that was seen there. */
  #defend(): void {
    if (!this.#isCaughtUp) return
    for (const id of new Set([...this.#moved, ...this.#underWay()])) {
      this.#updateGoals(id)
      for (const virtualId of this.tx.virtualsOn(id)) this.#updateGoals(virtualId)
    }
    this.#askGuard()
    this.publisher.block(this.watch.head ?? GENESIS, this.watch.final?.number ?? 0n)
  }

  /** What a guard wants is worked out anew at each block, since only it knows what a block concerns. */
  #askGuard(): void {
    if (this.#guard !== undefined) this.publisher.setGoals(GUARDED, this.#guard.goals(this.watch))
  }

  #hold(reason: Error | undefined): void {
    if (reason === undefined) this.env.log.info('store is back')
    else
      this.env.log.error('store takes nothing', { error: reason.message, meanwhile: 'signing waits, defence goes on' })
  }

  #unexpected(error: unknown): void {
    if (!this.#isStopped)
      this.env.log.error('event failed', { error: error instanceof Error ? error.stack : String(error) })
  }

  #notify(notification: Notification): void {
    for (const listener of this.listeners) {
      try {
        listener(notification)
      } catch (error) {
        this.env.log.error('listener failed', { error: String(error) })
      }
    }
  }

  #dispatch(peer: Address, message: PeerMessage): void {
    this.#flows.message(this.tx, peer, message)
  }

  #connected(peer: Address): void {
    this.tx.notify({ type: 'peer', peer, connected: true })
    this.tx.wake(peerTopic(peer))
    this.#flows.connected(this.tx, peer)
  }

  /** Something is left to say: a channel that is not over, a virtual channel paid to it, or messages. */
  #isWanted(peer: Address): boolean {
    if (this.#hasChannel(peer) || this.state.virtuals.count(virtualNames.paidTo(peer)) > 0) return true
    return this.peers.pending(peer) > 0
  }

  #hasChannel(peer: Address): boolean {
    return this.state.channels.count(channelNames.liveWith(peer)) > 0
  }

  /** What a peer and this side told each other to ask for. Kept over broken sessions while a channel between them lives: what is signed meanwhile is signed by it. */
  #keepPrices(peer: Address): void {
    const { policies } = this.state
    const policy = policies.get(peer)
    if (!this.#hasChannel(peer)) this.#forgetPrices(peer)
    else if (policy !== undefined) policies.set(peer, { ...policy, isPast: true })
  }

  #forgetPrices(peer: Address): void {
    this.state.policies.set(peer, undefined)
    this.state.told.set(peer, undefined)
  }

  #freeze(peer: Address, reason: string): void {
    this.env.log.error('data loss', { peer, reason })
    freezeChannels(this.tx, peer, reason)
  }

  #takeBlock(block: ChainBlock): void {
    this.#chainMoved(this.watch.takeBlock(block))
    this.#afterBlock()
  }

  #takeFinal(number: bigint): void {
    this.#chainMoved(this.watch.takeFinal(number))
    if (number >= this.#forgetAt) this.#forget(number)
    this.#forgetUsedIds()
    this.#afterBlock()
  }

  /** Ids whose minute has grown too old to come back are forgotten, a minute at a time. */
  #forgetUsedIds(): void {
    const oldest = oldestUsedMinute(this.watch.final?.timestamp ?? 0n, this.env.policy)
    if (this.#usedSince !== undefined && oldest <= this.#usedSince) return
    forgetUsedIds(this.state.usedIds, this.#usedSince, oldest)
    this.tx.afterCommit(() => {
      this.#usedSince = oldest
    })
  }

  /** From time to time, what the chain said of others is forgotten. */
  #forget(number: bigint): void {
    this.#forgetAt = number + FORGET_BLOCKS
    const { state, env } = this
    const time = this.watch.final?.timestamp ?? 0n
    const isGuarded = (id: Id) => this.#guard?.needs(id) === true
    const isOwnChannel = (id: Id) => state.channels.get(id) !== undefined || isGuarded(id)
    forgetStrangers(state.channelFacts, isOwnChannel, time, env.policy)
    let locked: ReadonlySet<Id> | undefined
    const isLocked = (id: Id): boolean => {
      locked ??= this.#locked()
      return locked.has(id)
    }
    const isOwn = (id: Id) => state.virtuals.get(id) !== undefined || isLocked(id) || isGuarded(id)
    forgetStrangers(state.virtualFacts, isOwn, time, env.policy)
  }

  /** Every virtual channel that has a lock in a channel that is not over. */
  #locked(): ReadonlySet<Id> {
    const locked = new Set<Id>()
    for (const [, channel] of this.state.channels.entries()) {
      if (isStanding(channel.phase)) for (const id of lockedIn(channel)) locked.add(id)
    }
    return locked
  }

  /** Time passed on the chain: those who wait for it are looked at, and calls under way are followed. */
  #afterBlock(): void {
    if (!this.#isCaughtUp) return
    this.tx.afterCommit(() => {
      this.depositor.look()
      void this.#askGasPrice()
      this.#askGuard()
      this.publisher.block(this.watch.head ?? GENESIS, this.watch.final?.number ?? 0n)
    })
  }

  /** What a block concerns beside what it names: what it may move on, and what is closing on chain. */
  #underWay(): readonly Id[] {
    const { channels, virtuals, offers } = this.state
    return [
      ...channels.named(channelNames.onBlock),
      ...virtuals.named(virtualNames.onBlock),
      ...offers.named(offerNames.arrived),
      ...this.#closing,
    ]
  }

  #chainMoved(ids: ReadonlySet<Id>): void {
    this.#closing.note(ids)
    this.#guard?.named?.(ids)
    this.#moved = ids
    if (!this.#isCaughtUp) return
    const concerned = new Set([...ids, ...this.#underWay()])
    const failed = (error: unknown) => this.#unexpected(error)
    for (const channelId of concerned) {
      if (this.state.channels.get(channelId) === undefined) continue
      this.loop.touch(channelId)
      this.tx.follow({ run: () => this.#flows.channelChain(this.tx, channelId), failed })
    }
    for (const virtualId of concerned) {
      if (this.state.virtuals.get(virtualId) === undefined) continue
      this.loop.touch(virtualId)
      this.tx.follow({ run: () => this.#flows.virtualChain(this.tx, virtualId), failed })
    }
  }

  #health(problem: Error | undefined): void {
    if (problem === undefined) this.env.log.info('chain is back')
    else this.env.log.error('chain not reached', { error: problem.message })
    this.#silence = problem
    this.#notifyChain()
  }

  /** Whoever waits for the chain to be beyond doubt is looked at again. */
  #takeDoubt(reason: Error | undefined): void {
    this.watch.takeDoubt(reason !== undefined)
    this.tx.afterCommit(() => {
      this.#doubt = reason
      this.#notifyChain()
    })
    if (reason === undefined) this.#chainMoved(new Set())
  }

  #notifyChain(): void {
    this.#notify({ type: 'chain', ...this.#chainHealth() })
  }

  #chainHealth(): Pick<ChainStatus, 'status' | 'reason'> {
    const problem = this.#silence ?? this.#doubt
    const status = this.#silence !== undefined ? 'unreachable' : this.#doubt !== undefined ? 'doubted' : 'good'
    return { status, ...(problem !== undefined && { reason: problem.message }) }
  }

  /** What is known of the chain now. */
  get chainStatus(): ChainStatus {
    const { head, final } = this.watch
    return { ...(head && { head }), ...(final && { final }), ...this.#chainHealth() }
  }

  #committed(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      this.#schedule(id as Id)
      if (this.#isCaughtUp) this.#updateGoals(id as Id)
      if (this.listeners.size > 0) this.#notifyRecord(id as Id)
      if (this.state.deposits.committed(id) !== undefined) this.depositor.look()
    }
  }

  #notifyRecord(id: Id): void {
    const channel = this.state.channels.committed(id)
    if (channel !== undefined && channel.phase.type !== 'failed')
      this.#notify({ type: 'channel', channel: channelView(this.tx, channel) })
    const virtual = this.state.virtuals.committed(id)
    if (virtual !== undefined) this.#notify({ type: 'virtual', virtual: virtualView(this.tx, virtual) })
  }

  /** Sets the timer of a record. */
  #schedule(id: Id): void {
    const channel = this.state.channels.committed(id)
    const virtual = this.state.virtuals.committed(id)
    if (channel !== undefined) this.#timers.set(id, this.#flows.channelDue(channel, this.env))
    else if (virtual !== undefined) this.#timers.set(id, this.#flows.virtualDue(virtual, this.env))
    else this.#timers.set(id, this.#offerDue(id))
  }

  #offerDue(id: Id): number | undefined {
    const offer = this.state.offers.committed(id)
    return offer && this.#flows.offerDue(offer, this.env)
  }

  #due(id: Id): void {
    this.#event(() => {
      if (this.state.channels.get(id) !== undefined) this.#flows.channelTimer(this.tx, id)
      else if (this.state.virtuals.get(id) !== undefined) this.#flows.virtualTimer(this.tx, id)
      else this.#flows.offerTimer(this.tx, id)
    })
  }

  /** Computes anew what is to be called on chain for a channel or virtual channel. */
  #updateGoals(id: Id): void {
    const { channels, virtuals } = this.state
    const channel = channels.committed(id)
    if (channel !== undefined) this.publisher.setGoals(id, channelGoals(channel, this.watch, this.env))
    const record = virtuals.committed(id)
    if (record === undefined) return
    this.publisher.setGoals(id, virtualGoals(this.tx, record))
  }
}

/** What stands for the newest block before there is one. */
const GENESIS = { number: 0n, timestamp: 0n }

/** How often the price of gas is asked for, where nothing else asks. Milliseconds. */
const PRICE_EVERY_MS = 60_000

/** Final blocks after which facts about others are looked through. */
const FORGET_BLOCKS = 1000n

/** Woken when a session with the peer stands. */
export const peerTopic = (peer: Address): string => `peer/${peer}`
