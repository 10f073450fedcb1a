import type { OpenedVirtual } from '@sluice/engine'
import { type Id, NATIVE_TOKEN } from '@sluice/protocol'
import type { LocalParty } from '../local/party.ts'
import type { BurstScene } from './scene.ts'

const CAPACITY = 10n ** 12n
const FIRST = 10n

/** How long nothing may happen before timers are let run, and after that before a round is given up. Milliseconds. */
const STALLED_AFTER = 3_000
const GIVEN_UP_AFTER = 30_000

/** What came of many calls made at once. Milliseconds from the first call. */
export interface Outcome {
  /** When each was done, from its own call. */
  readonly took: readonly number[]
  /** From the first call until the last was done. */
  readonly ms: number
  /** Refused calls, and those that nothing came of, by error code. */
  readonly lost: Readonly<Record<string, number>>
  /** Nothing went on until timers were let run. */
  readonly neededTimers: boolean
  /** What all parties together cost the processor, milliseconds. */
  readonly cpuMs: number
}

/** What a role sent and committed. */
export interface Work {
  readonly frames: number
  readonly commits: number
}

export interface Step {
  readonly outcome: Outcome
  readonly hub: Work
  readonly payers: Work
  readonly payees: Work
}

/** Follows calls made at once until all are done, or nothing goes on any more. */
class Following {
  readonly #from = performance.now()
  readonly #started = new Map<number, number>()
  readonly #took: number[] = []
  readonly #lost = new Map<string, number>()
  readonly #cpuFrom = process.cpuUsage()
  #last = this.#from
  #neededTimers = false

  start(call: number): void {
    this.#started.set(call, performance.now())
  }

  done(call: number): void {
    const since = this.#started.get(call)
    if (since === undefined) return
    this.#started.delete(call)
    this.#last = performance.now()
    this.#took.push(this.#last - since)
  }

  lose(call: number, code: string): void {
    if (this.#started.delete(call)) this.#lost.set(code, (this.#lost.get(code) ?? 0) + 1)
  }

  async end(scene: BurstScene): Promise<Outcome> {
    const { clock } = scene
    const parties = [scene.hub, ...scene.payers, ...scene.payees]
    const progress = () => this.#took.length + workOf(parties).frames + workOf(parties).commits
    let seen = progress()
    let since = performance.now()
    clock.hold()
    while (this.#started.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const now = performance.now()
      const sofar = progress()
      if (sofar !== seen) [seen, since] = [sofar, now]
      if (!this.#neededTimers && now - since > STALLED_AFTER) {
        this.#neededTimers = true
        since = now
        clock.release()
      }
      if (now - since > GIVEN_UP_AFTER) for (const call of this.#started.keys()) this.lose(call, 'nothing came')
    }
    clock.release()
    const { user, system } = process.cpuUsage(this.#cpuFrom)
    return {
      took: this.#took,
      ms: this.#last - this.#from,
      lost: Object.fromEntries(this.#lost),
      neededTimers: this.#neededTimers,
      cpuMs: (user + system) / 1000,
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function workOf(parties: readonly LocalParty[]): Work {
  const sum = (of: (party: LocalParty) => number) => parties.reduce((all, party) => all + of(party), 0)
  return { frames: sum(({ frames }) => frames), commits: sum(({ commits }) => commits) }
}

function between(before: Work, after: Work): Work {
  return { frames: after.frames - before.frames, commits: after.commits - before.commits }
}

async function step(scene: BurstScene, run: (following: Following) => void): Promise<Step> {
  const roles = [[scene.hub], scene.payers, scene.payees]
  const before = roles.map(workOf)
  const following = new Following()
  run(following)
  const outcome = await following.end(scene)
  const [hub, payers, payees] = roles.map((parties, i) => between(before[i] ?? workOf([]), workOf(parties)))
  if (hub === undefined || payers === undefined || payees === undefined) throw new RangeError('there are three roles')
  return { outcome, hub, payers, payees }
}

/** A virtual channel and who pays over it. */
export interface Opened {
  readonly payer: LocalParty
  readonly virtualId: Id
}

/** Opens so many at once, the payers by turns; each is done when its payee durably holds the lock and the first payment. */
export async function openAll(
  scene: BurstScene,
  count: number,
  first: number,
): Promise<{ readonly step: Step; readonly opened: readonly Opened[] }> {
  const { hub, payers, payees } = scene
  const opened: Opened[] = []
  const arrived = new Set<Id>()
  const calls = new Map<Id, number>()
  let following: Following | undefined
  const ends = payees.map(({ engine }) =>
    engine.subscribe((told) => {
      if (told.type !== 'payment' || told.role !== 'payee') return
      const call = calls.get(told.virtualId)
      if (call === undefined) arrived.add(told.virtualId)
      else following?.done(call)
    }),
  )
  const note = (call: number, payer: LocalParty, { virtualId }: OpenedVirtual) => {
    opened.push({ payer, virtualId })
    calls.set(virtualId, call)
    if (arrived.has(virtualId)) following?.done(call)
  }
  const done = await step(scene, (following_) => {
    following = following_
    for (let call = 0; call < count; call++) {
      const turn = first + call
      const payer = payers[turn % payers.length]
      const payee = payees[Math.floor(turn / payers.length) % payees.length]
      if (payer === undefined || payee === undefined) throw new RangeError('there are payers and payees')
      following.start(call)
      payer.engine
        .openVirtual({
          payee: payee.address,
          payeeUrl: payee.url,
          hubs: [hub.address],
          token: NATIVE_TOKEN,
          capacity: CAPACITY,
          first: FIRST,
        })
        .then(
          (outcome) => note(call, payer, outcome),
          (error) => following?.lose(call, codeOf(error)),
        )
    }
  })
  for (const end of ends) end()
  return { step: done, opened }
}

/** Closes all at once; each is done when no lock of it is left at its payer. */
export function closeAll(scene: BurstScene, opened: readonly Opened[]): Promise<Step> {
  return step(scene, (following) => {
    for (const [call, { payer, virtualId }] of opened.entries()) {
      following.start(call)
      payer.engine.closeVirtual(virtualId).then(
        () => following.done(call),
        (error) => following.lose(call, codeOf(error)),
      )
    }
  })
}
