import { highestValue } from '@sluice/protocol'
import { voucherOf } from '../../../locks/record.ts'
import { endChannel, endVirtual, firstChain, isVirtualFinal } from '../model/chain-model.ts'
import { createScene, type Scene, type SceneChannel, type SceneParty, type SceneVirtual } from '../model/scene.ts'
import { callsAtAnyTime, callsBySignatures, redemptions, type ThiefCall } from '../model/thieves-calls.ts'
import type { Scope } from '../scope.ts'
import { Automata, type Look, NodeFault } from './automaton.ts'
import { Judge } from './judge.ts'
import { StateStore } from './state-store.ts'

export interface SearchLimits {
  /** Most states that are kept. */
  readonly states: number
  /** Seconds. */
  readonly seconds: number
}

/** What a search came to. */
export interface SearchResult {
  readonly scope: string
  readonly thieves: string
  readonly states: number
  readonly transitions: number
  /** How many steps the node's own code was run for; all other transitions repeat one of them beside other states of the rest. */
  readonly runs: number
  readonly seconds: number
  /** How often an honest party would have signed more vouchers on a lane than the scope follows. */
  readonly cut: number
  /** Whether every state that can be reached without these was looked at. */
  readonly complete: boolean
  /** What went wrong, and how it came to that; undefined if nothing was found. */
  readonly violation?: { readonly what: string; readonly trace: readonly string[] }
}

/** Where what stands in a row. */
interface Layout {
  readonly chain: number
  /** The calls that thieves could make once and still can. */
  readonly kept: number
  /** What thieves know of each virtual channel's vouchers, by index. */
  readonly known: number
  readonly party: (honest: number) => { readonly state: number; readonly sight: number }
  readonly queue: number
  readonly width: number
}

/** Messages on their way from one honest party to an honest neighbour. */
interface Queue {
  readonly from: number
  readonly to: number
}

interface NumberedCall {
  readonly label: number
  readonly number: number
}

interface KeptCall extends NumberedCall {
  readonly isKept: boolean
}

const PROGRESS_STATES = 20_000

/** Breadth first through everything that can happen in a scope. */
export class Explorer {
  readonly #scene: Scene
  readonly #automata: Automata
  readonly #judge: Judge
  readonly #store: StateStore
  readonly #layout: Layout
  readonly #queues: readonly Queue[]
  /** Messages under way, by number; 0 is none. */
  readonly #contents: (readonly number[])[] = [[]]
  readonly #contentNumbers = new Map<string, number>([['', 0]])
  readonly #thiefCalls = new Map<string, readonly KeptCall[]>()
  readonly #callLabels = new Map<number, number>()
  readonly #anytime: readonly NumberedCall[]
  /** Of each virtual channel, by amount from 1 on. */
  readonly #redemptions: readonly (readonly NumberedCall[])[]
  readonly #row: Int32Array
  readonly #next: Int32Array
  #at = 0
  #transitions = 0
  #cut = 0

  /** @param options `isTolerant`: what the node fails at changes nothing, so that the search goes on for what that costs. */
  constructor(scope: Scope, options: { readonly isTolerant?: boolean } = {}) {
    this.#scene = createScene(scope)
    this.#automata = new Automata(this.#scene, options.isTolerant === true)
    this.#judge = new Judge(this.#scene, this.#automata)
    const { honest, virtuals, channels, parties } = this.#scene
    const isHonest = (index: number) => parties[index]?.isThief === false
    this.#queues = channels.flatMap(({ ends: [a, b] }) =>
      isHonest(a) && isHonest(b)
        ? [
            { from: a, to: b },
            { from: b, to: a },
          ]
        : [],
    )
    const first = 2 + virtuals.length
    const queue = first + 2 * honest.length
    this.#layout = {
      chain: 0,
      kept: 1,
      known: 2,
      party: (at) => ({ state: first + 2 * at, sight: first + 2 * at + 1 }),
      queue,
      width: queue + this.#queues.length,
    }
    this.#anytime = this.#numbered(callsAtAnyTime(this.#scene))
    this.#redemptions = virtuals.map((virtual) => this.#numbered(redemptions(this.#scene, virtual)))
    this.#store = new StateStore(this.#layout.width)
    this.#row = new Int32Array(this.#layout.width)
    this.#next = new Int32Array(this.#layout.width)
  }

  /** Searches until everything was seen, something is wrong or a limit is reached. */
  run(limits: SearchLimits, onProgress: (states: number, left: number) => void = () => {}): SearchResult {
    // Refusals are thrown all the time and never looked at.
    Error.stackTraceLimit = 0
    const started = performance.now()
    const seconds = () => (performance.now() - started) / 1000
    const { scope } = this.#scene
    const result = (complete: boolean, violation?: SearchResult['violation']): SearchResult => ({
      scope: scope.name,
      thieves: scope.thieves,
      states: this.#store.count,
      transitions: this.#transitions,
      runs: this.#automata.runs,
      seconds: Math.round(seconds() * 100) / 100,
      cut: this.#cut,
      complete,
      ...(violation && { violation }),
    })
    const wrong = (what: string) => {
      const trace = this.#store.wayTo(this.#at).map((label) => this.#automata.labels[label] ?? '?')
      return result(false, { what, trace })
    }
    this.#begin()
    try {
      for (; this.#at < this.#store.count; this.#at++) {
        this.#store.read(this.#at, this.#row)
        const end = this.#check()
        if (end !== undefined && end !== 'over') return wrong(end.wrong)
        if (end === undefined) this.#expand()
        if (this.#store.count >= limits.states) return result(false)
        if (this.#at % PROGRESS_STATES !== 0) continue
        onProgress(this.#store.count, this.#store.count - this.#at)
        if (seconds() > limits.seconds) return result(false)
      }
    } catch (error) {
      if (error instanceof NodeFault) return wrong(`the node fails: ${error.message}`)
      throw error
    }
    return result(true)
  }

  #begin(): void {
    const { chain, party } = this.#layout
    const first = this.#automata.chains.of(firstChain(this.#scene))
    this.#next.fill(0)
    this.#next[chain] = first
    for (const [at, one] of this.#scene.honest.entries()) {
      this.#next[party(at).state] = this.#automata.first(one)
      this.#next[party(at).sight] = this.#automata.sight(one, first)
    }
    this.#store.add(this.#next, -1, -1)
  }

  #value(index: number): number {
    return this.#row[index] ?? 0
  }

  /** Adds the state in `#next`, which was reached by a transition with that label. */
  #reach(label: number): void {
    this.#transitions += 1
    const { oldVouchers, together, withdrawals } = this.#scene.scope
    if (oldVouchers || together || withdrawals) this.#keep()
    this.#store.add(this.#next, this.#at, label)
  }

  /** What thieves could show by the state in `#next`, they can for ever. */
  #keep(): void {
    const { kept, party } = this.#layout
    const all = new Set(this.#contentOf(this.#next[kept] ?? 0))
    for (const [at, one] of this.#scene.honest.entries()) {
      for (const call of this.#callsBy(one, this.#next[party(at).state] ?? 0)) if (call.isKept) all.add(call.number)
    }
    this.#next[kept] = this.#contentNumber([...all].sort((x, y) => x - y))
  }

  #expand(): void {
    for (const [at, party] of this.#scene.honest.entries()) {
      this.#expandSteps(at, party)
      this.#expandLooks(at, party)
    }
    this.#expandDeliveries()
    this.#expandThieves()
    this.#expandTime()
  }

  #expandSteps(at: number, party: SceneParty): void {
    const place = this.#layout.party(at)
    const [state, sight] = [this.#value(place.state), this.#value(place.sight)]
    const isFull = this.#underWay(party) >= (this.#scene.scope.flight ?? 2)
    for (const step of this.#automata.steps(party, state, sight)) {
      if (step.isOwn && isFull && step.sent.length > 0) continue
      if (step.needed !== undefined && step.needed.amount > this.#available(party, step.needed.virtual)) continue
      this.#next.set(this.#row)
      this.#next[place.state] = step.next
      this.#apply(party, step)
    }
  }

  /** How many messages of a party are under way to honest neighbours. */
  #underWay(party: SceneParty): number {
    return this.#queues.reduce(
      (sum, { from }, i) =>
        from === party.index ? sum + this.#contentOf(this.#value(this.#layout.queue + i)).length : sum,
      0,
    )
  }

  #contentOf(number: number): readonly number[] {
    return this.#contents[number] ?? []
  }

  #contentNumber(content: readonly number[]): number {
    const key = content.join()
    const known = this.#contentNumbers.get(key)
    if (known !== undefined) return known
    const number = this.#contents.push(content) - 1
    this.#contentNumbers.set(key, number)
    return number
  }

  /** Reaches the state after a step: what it sent goes into queues, and what it told thieves into what they know. */
  #apply(party: SceneParty, { sent, told, isPast, label }: Omit<Look, 'chain' | 'sight'>): void {
    if (isPast) {
      this.#cut += 1
      return
    }
    for (const [to, message] of sent) {
      const at = this.#layout.queue + this.#queues.findIndex((one) => one.from === party.index && one.to === to)
      this.#next[at] = this.#contentNumber([...this.#contentOf(this.#next[at] ?? 0), message])
    }
    for (const { virtual, amount } of told) {
      const at = this.#layout.known + virtual
      this.#next[at] = Math.max(this.#next[at] ?? 0, amount)
    }
    this.#reach(label)
  }

  /** The highest amount of a virtual channel for which somebody can offer an honest party a voucher. */
  #available(party: SceneParty, index: number): number {
    const virtual = this.#scene.virtuals[index]
    const payer = this.#scene.parties[virtual?.path[0] ?? -1]
    const payee = this.#scene.parties[virtual?.path.at(-1) ?? -1]
    if (virtual === undefined || payer === undefined || payee === undefined) return 0
    if (!payer.isThief && party === payee) return this.#signed(payer, virtual)
    return this.#knownToThieves(virtual)
  }

  #knownToThieves(virtual: SceneVirtual): number {
    const { parties } = this.#scene
    const [payer, payee] = [parties[virtual.path[0] ?? -1], parties[virtual.path.at(-1) ?? -1]]
    if (payer === undefined || payee === undefined) return 0
    if (payer.isThief) return Number(virtual.capacity)
    const redeemed = this.#automata.chains.at(this.#value(this.#layout.chain)).virtuals[virtual.index]?.amount ?? 0n
    const told = Math.max(this.#value(this.#layout.known + virtual.index), Number(redeemed))
    return payee.isThief ? Math.max(told, this.#signed(payer, virtual)) : told
  }

  /** The highest voucher that an honest payer signed. */
  #signed(payer: SceneParty, { virtualId, capacity }: SceneVirtual): number {
    const place = this.#layout.party(this.#scene.honest.indexOf(payer))
    const { virtuals } = this.#automata.stateAt(payer, this.#value(place.state))
    const record = virtuals.find((one) => one.virtualId === virtualId)
    return record === undefined ? 0 : Number(highestValue(voucherOf(record), capacity))
  }

  #expandLooks(at: number, party: SceneParty): void {
    const place = this.#layout.party(at)
    const { chain } = this.#layout
    for (const isLate of [false, true]) {
      const look = this.#automata.look(party, this.#value(place.state), this.#value(chain), isLate)
      const isSame =
        look.next === this.#value(place.state) &&
        look.sight === this.#value(place.sight) &&
        look.chain === this.#value(chain)
      if (isSame && look.sent.length === 0) continue
      this.#next.set(this.#row)
      this.#next[place.state] = look.next
      this.#next[place.sight] = look.sight
      this.#next[chain] = look.chain
      this.#apply(party, look)
    }
  }

  #expandDeliveries(): void {
    const { honest, parties } = this.#scene
    for (const [i, { from, to }] of this.#queues.entries()) {
      const content = this.#contentOf(this.#value(this.#layout.queue + i))
      const [message, ...rest] = content
      const [sender, party] = [parties[from], parties[to]]
      if (message === undefined || sender === undefined || party === undefined) continue
      const place = this.#layout.party(honest.indexOf(party))
      const [state, sight] = [this.#value(place.state), this.#value(place.sight)]
      const step = this.#automata.received(party, state, sight, sender, message)
      this.#next.set(this.#row)
      this.#next[place.state] = step.next
      this.#next[this.#layout.queue + i] = this.#contentNumber(rest)
      this.#apply(party, step)
    }
  }

  /** What thieves do on chain. */
  #expandThieves(): void {
    const { honest, virtuals } = this.#scene
    for (const call of this.#anytime) this.#call(call)
    for (const number of this.#contentOf(this.#value(this.#layout.kept))) {
      this.#call({ label: this.#callLabels.get(number) ?? -1, number })
    }
    for (const [at, party] of honest.entries()) {
      for (const call of this.#callsBy(party, this.#value(this.#layout.party(at).state))) this.#call(call)
    }
    for (const virtual of virtuals) {
      const calls = this.#redemptions[virtual.index] ?? []
      for (const call of calls.slice(0, this.#knownToThieves(virtual))) this.#call(call)
    }
  }

  #callsBy(party: SceneParty, state: number): readonly KeptCall[] {
    const key = `${party.index}/${state}`
    const known = this.#thiefCalls.get(key)
    if (known !== undefined) return known
    const calls = this.#numbered(callsBySignatures(this.#scene, party, this.#automata.stateAt(party, state)))
    this.#thiefCalls.set(key, calls)
    return calls
  }

  #numbered(calls: Iterable<ThiefCall>): readonly KeptCall[] {
    return Array.from(calls, ({ label, sender, call, isKept = this.#scene.scope.oldVouchers === true }) => {
      const number = this.#automata.callNumber(sender, call)
      this.#callLabels.set(number, this.#automata.label(label))
      return { label: this.#automata.label(label), number, isKept }
    })
  }

  #call({ label, number }: NumberedCall): void {
    const { chain } = this.#layout
    const after = this.#automata.call(this.#value(chain), number)
    if (after === undefined || after === this.#value(chain)) return
    this.#reachChain(after, label)
  }

  #reachChain(after: number, label: number): void {
    this.#next.set(this.#row)
    this.#next[this.#layout.chain] = after
    this.#reach(label)
  }

  /** Windows end once every honest party they concern has looked since they began. */
  #expandTime(): void {
    const { channels, virtuals } = this.#scene
    const state = this.#automata.chains.at(this.#value(this.#layout.chain))
    for (const [i, channel] of channels.entries()) {
      if (state.channels[i]?.status !== 'closing' || !this.#isSeenClosing(channel, i)) continue
      const after = this.#automata.chains.of(endChannel(this.#scene, state, i))
      this.#reachChain(
        after,
        this.#automata.label(`the window of channel ${channel.index + 1} ends, and it is settled`),
      )
    }
    for (const { index, path } of virtuals) {
      const virtual = state.virtuals[index]
      if (virtual === undefined || isVirtualFinal(virtual) || !this.#isSeenBegun(path, index)) continue
      const after = this.#automata.chains.of(endVirtual(state, index))
      this.#reachChain(after, this.#automata.label(`the window of V${index + 1} ends at ${virtual.amount}`))
    }
    const { together, withdrawals } = this.#scene.scope
    if ((together || withdrawals) && !state.isPastDeadlines) {
      const after = this.#automata.chains.of({ ...state, isPastDeadlines: true })
      this.#reachChain(after, this.#automata.label('all deadlines pass'))
    }
  }

  #sightsOf(indexes: readonly number[]): number[] {
    return this.#scene.honest.flatMap(({ index }, at) =>
      indexes.includes(index) ? [this.#value(this.#layout.party(at).sight)] : [],
    )
  }

  #isSeenClosing({ ends }: SceneChannel, i: number): boolean {
    return this.#sightsOf(ends).every((sight) => this.#automata.sights.at(sight).channels[i]?.status !== 'open')
  }

  #isSeenBegun(path: readonly number[], index: number): boolean {
    return this.#sightsOf(path).every((sight) => this.#automata.sights.at(sight).virtuals[index] !== undefined)
  }

  /**
   * Whether all is over, so that nobody gets anything more: every channel is, and every virtual channel that locks in them wait for has
   * its answer, or nobody asks the chain for one. What is wrong then, if something is.
   */
  #check(): 'over' | { readonly wrong: string } | undefined {
    const { honest } = this.#scene
    const { chain, party } = this.#layout
    const number = this.#value(chain)
    const state = this.#automata.chains.at(number)
    for (const [at, one] of honest.entries()) this.#judge.learn(one, this.#value(party(at).state))
    if (state.channels.some((channel) => channel?.status === 'open' || channel?.status === 'closing')) return undefined
    for (const index of this.#judge.awaited(state)) {
      const virtual = state.virtuals[index]
      if (virtual !== undefined && !isVirtualFinal(virtual)) return undefined
    }
    for (const [at, one] of honest.entries()) {
      if (this.#automata.look(one, this.#value(party(at).state), number, true).chain !== number) return undefined
    }
    for (const [at, one] of honest.entries()) {
      const { got, owed } = this.#judge.verdict(one, this.#value(party(at).state), number)
      if (got < owed) return { wrong: `${one.name} ends with ${got} and is owed ${owed}` }
    }
    const isAllSeen = honest.every((one, at) => this.#value(party(at).sight) === this.#automata.sight(one, number))
    return isAllSeen ? 'over' : undefined
  }
}
