import type { PeerMessage } from '@sluice/protocol'
import { contractCallOf } from '../../chain/chain-calls.ts'
import type { ContractCall } from '../../contract/calls.ts'
import type { Needed } from '../model/acts.ts'
import { type ChainSight, type ChainState, callContract, sightOf } from '../model/chain-model.ts'
import { actsOf, callsOf, firstState, perform, receive, see } from '../model/member.ts'
import type { MemberState, Outcome, Sent } from '../model/member-tx.ts'
import type { Scene, SceneParty } from '../model/scene.ts'
import { Canon, Numbers } from './canon.ts'

/** What a step of one honest party does to the rest: messages put into queues, and vouchers that thieves get to know. */
export interface Step {
  readonly label: number
  /** What thieves have to know for it. */
  readonly needed: Needed | undefined
  readonly isOwn: boolean
  /** The party's state after it. */
  readonly next: number
  readonly sent: readonly (readonly [to: number, message: number])[]
  readonly told: readonly Needed[]
  /** Whether it leads past the highest seq of the scope. */
  readonly isPast: boolean
}

/** A look at the chain, and all calls that the party makes at once because of what it sees. */
export interface Look {
  readonly label: number
  readonly next: number
  readonly sight: number
  readonly chain: number
  readonly sent: Step['sent']
  readonly told: Step['told']
  readonly isPast: boolean
}

/** Vouchers that an honest party signs on a lane, unless a scope says otherwise. */
const SEQS = 6

/** More than there are different calls. */
const CALLS_MAX = 1 << 20

/** How often a party looks again at most, after its own calls. */
const LOOKS_MAX = 8

/** Numbers for everything that honest parties and the chain can be in, with the steps between, each worked out once by the node's own code. */
export class Automata {
  readonly scene: Scene
  readonly #isTolerant: boolean
  readonly labels: string[] = []
  readonly states: readonly Numbers<MemberState>[]
  readonly sights: Numbers<ChainSight>
  readonly chains: Numbers<ChainState>
  readonly messages: Numbers<PeerMessage>
  readonly #labelNumbers = new Map<string, number>()
  readonly #steps = new Map<string, readonly Step[]>()
  readonly #received = new Map<string, Step>()
  readonly #looks = new Map<string, Look>()
  readonly #sights = new Map<string, number>()
  readonly #calls = new Map<number, number | undefined>()
  readonly #callNumbers = new Numbers<readonly [sender: number, call: ContractCall]>(new Canon())
  /** How many steps were worked out by running the node's code. */
  runs = 0

  constructor(scene: Scene, isTolerant = false) {
    this.scene = scene
    this.#isTolerant = isTolerant
    const canon = new Canon()
    this.states = scene.parties.map(() => new Numbers<MemberState>(canon))
    this.sights = new Numbers(canon)
    this.chains = new Numbers(canon)
    this.messages = new Numbers(canon)
  }

  first(party: SceneParty): number {
    return this.#numberOf(party, firstState(this.scene, party))
  }

  stateAt(party: SceneParty, number: number): MemberState {
    return this.#statesOf(party).at(number)
  }

  label(text: string): number {
    const known = this.#labelNumbers.get(text)
    if (known !== undefined) return known
    const number = this.labels.push(text) - 1
    this.#labelNumbers.set(text, number)
    return number
  }

  /** What a party sees of the chain. */
  sight(party: SceneParty, chain: number): number {
    const key = `${party.index}/${chain}`
    const known = this.#sights.get(key)
    if (known !== undefined) return known
    const sight = this.sights.of(sightOf(this.scene, this.chains.at(chain), party))
    this.#sights.set(key, sight)
    return sight
  }

  /** All that can happen to a party but messages of honest neighbours and looks at the chain. */
  steps(party: SceneParty, state: number, sight: number): readonly Step[] {
    const key = `${party.index}/${state}/${sight}`
    const known = this.#steps.get(key)
    if (known !== undefined) return known
    const steps: Step[] = []
    const seen = new Set<string>()
    const [before, seeing] = [this.stateAt(party, state), this.sights.at(sight)]
    for (const act of actsOf(this.scene, party, before, seeing)) {
      this.runs += 1
      const outcome = this.#guarded(act.label, () => perform(this.scene, party, before, seeing, act), undefined)
      if (outcome === undefined) continue
      const step = this.#stepOf(party, act.label, outcome, act.needed, act.isOwn === true)
      if (step.next === state && step.sent.length === 0 && step.told.length === 0) continue
      const effect = JSON.stringify([step.next, step.sent, step.told, step.needed])
      if (!seen.has(effect)) steps.push(step)
      seen.add(effect)
    }
    this.#steps.set(key, steps)
    return steps
  }

  /** What a message of an honest neighbour comes to. */
  received(party: SceneParty, state: number, sight: number, from: SceneParty, message: number): Step {
    const key = `${party.index}/${state}/${sight}/${from.index}/${message}`
    const known = this.#received.get(key)
    if (known !== undefined) return known
    this.runs += 1
    const content = this.messages.at(message)
    const label = `${party.name} receives ${describe(content)} from ${from.name}`
    const [before, seeing] = [this.stateAt(party, state), this.sights.at(sight)]
    const outcome = this.#guarded(label, () => receive(this.scene, party, before, seeing, from, content), {
      state: before,
      sent: [],
    })
    const step = this.#stepOf(party, label, outcome, undefined, false)
    this.#received.set(key, step)
    return step
  }

  /** A party looks at the chain, and calls what it wants to be called, until nothing changes any more. */
  look(party: SceneParty, state: number, chain: number, isLate: boolean): Look {
    const key = `${party.index}/${state}/${chain}/${isLate}`
    const known = this.#looks.get(key)
    if (known !== undefined) return known
    this.runs += 1
    const calls: string[] = []
    const sent: Sent[] = []
    let [now, on] = [this.stateAt(party, state), chain]
    for (let i = 0; i < LOOKS_MAX; i++) {
      const seeing = this.sights.at(this.sight(party, on))
      const before = on
      const outcome = this.#guarded(`${party.name} looks`, () => see(this.scene, party, now, seeing, isLate), {
        state: now,
        sent: [],
      })
      now = outcome.state
      sent.push(...outcome.sent)
      for (const wanted of callsOf(this.scene, party, now, seeing, isLate)) {
        const call = contractCallOf(wanted, party.signer.address)
        const after = this.call(on, this.callNumber(party, call))
        if (after === undefined) continue
        on = after
        calls.push(describeCall(call))
      }
      if (on === before) break
    }
    const text = `${party.name} looks${isLate ? ', out of patience' : ''}${calls.map((one) => `; calls ${one}`).join('')}`
    const step = this.#stepOf(party, text, { state: now, sent }, undefined, false)
    const look = { ...step, sight: this.sight(party, on), chain: on }
    this.#looks.set(key, look)
    return look
  }

  /** A number for a call of somebody's. */
  callNumber(sender: SceneParty, call: ContractCall): number {
    return this.#callNumbers.of([sender.index, call])
  }

  /** The chain after a call; undefined if the contract refuses it. */
  call(chain: number, number: number): number | undefined {
    const key = chain * CALLS_MAX + number
    if (this.#calls.has(key)) return this.#calls.get(key)
    const [sender, call] = this.#callNumbers.at(number)
    const address = this.scene.parties[sender]?.signer.address ?? '0x'
    const state = callContract(this.scene, this.chains.at(chain), address, call)
    const after = state === undefined ? undefined : this.chains.of(state)
    this.#calls.set(key, after)
    return after
  }

  /** An error that no refusal explains is a fault of the node: it names what led to it. */
  #guarded<T>(label: string, run: () => T, otherwise: T): T {
    try {
      return run()
    } catch (cause) {
      if (this.#isTolerant) return otherwise
      throw new NodeFault(`${label}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }

  #statesOf(party: SceneParty): Numbers<MemberState> {
    const states = this.states[party.index]
    if (states === undefined) throw new RangeError(`no party ${party.index}`)
    return states
  }

  #numberOf(party: SceneParty, state: MemberState): number {
    return this.#statesOf(party).of(state)
  }

  #stepOf(party: SceneParty, label: string, outcome: Outcome, needed: Needed | undefined, isOwn: boolean): Step {
    const sent: (readonly [number, number])[] = []
    const told: Needed[] = []
    for (const { to, message } of outcome.sent) {
      const receiver = this.scene.partyOf(to)
      if (receiver.isThief) told.push(...this.#learned(message))
      else if (this.#isFollowed(message)) sent.push([receiver.index, this.messages.of(message)])
    }
    const isPast = outcome.state.channels.some(({ out }) => out.nextSeq > BigInt(this.scene.scope.seqs ?? SEQS) + 1n)
    return { label: this.label(label), needed, isOwn, next: this.#numberOf(party, outcome.state), sent, told, isPast }
  }

  /** What a thief learns of a message beside what it could read off the sender's lanes. */
  #learned(message: PeerMessage): readonly Needed[] {
    if (message.type !== 'claim' || message.voucher === undefined) return []
    const { virtualId, amount } = message.voucher.voucher
    const virtual = this.scene.virtuals.findIndex((one) => one.virtualId === virtualId)
    return [{ virtual, amount: Number(amount) }]
  }

  /** `accepted` bounds how much is under way and is waited for by a close together; nothing else hangs on it. */
  #isFollowed({ type }: PeerMessage): boolean {
    return type !== 'accepted' || this.scene.scope.together === true
  }
}

/** The node threw what it never should. */
export class NodeFault extends Error {}

function describe(message: PeerMessage): string {
  switch (message.type) {
    case 'update': {
      const { operations, voucher } = message.update
      const texts = operations.map((one) => (one.type === 'add' ? 'add' : `${one.type} ${one.amount}`))
      return `voucher ${voucher.seq} (${texts.join(', ') || 'as it stands'})`
    }
    case 'claim':
      return `a claim of ${message.voucher?.voucher.amount ?? 0n}`
    case 'countersign':
      return `a countersignature on voucher ${message.seq}`
    case 'refuse':
      return `a refusal from voucher ${message.seq} on (${message.code})`
    default:
      return message.type
  }
}

export function describeCall(call: ContractCall): string {
  switch (call.type) {
    case 'startClose':
    case 'startCloseFor':
      return call.voucher === undefined ? 'startClose' : `startClose with voucher ${call.voucher.voucher.seq}`
    case 'updateLane': {
      const { seq, paid, locked } = call.voucher.voucher
      return `updateLane with voucher ${seq} (paid ${paid}, locked ${locked})`
    }
    case 'redeem':
      return `redeem ${call.signed.voucher.amount}`
    default:
      return call.type
  }
}
