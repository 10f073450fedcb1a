/** What a machine says to an event: the phase after it, and what is to be done about it. Effects are data; the caller carries them out. */
export interface Step<P, E> {
  readonly phase: P
  readonly effects: readonly E[]
}

/** Goes to another phase. */
export function goto<P, E = never>(phase: P, ...effects: readonly E[]): Step<P, E> {
  return { phase, effects }
}

/** Stays in the same phase, or in one of the same name with other fields. */
export function stay<P, E = never>(phase: P, ...effects: readonly E[]): Step<P, E> {
  return { phase, effects }
}

/** A transition with a name. It answers `false` where it does not apply, and the next one is asked. */
export interface Transition<P, V, C, Q, E> {
  readonly name: string
  readonly step: (phase: P, event: V, context: C) => Step<Q, E> | false
}

/** The caller never gives this event in this phase. Giving it is a fault of the caller, and throws. */
export interface Impossible {
  readonly impossible: string
}

/** The event changes nothing in this phase. */
export interface Ignored {
  readonly ignored: string
}

/** A named transition. */
export function on<P, V, C, Q, E>(
  name: string,
  step: (phase: P, event: V, context: C) => Step<Q, E> | false,
): Transition<P, V, C, Q, E> {
  return { name, step }
}

/** Says why the caller never gives an event in a phase. Not for what a peer can send: that is ignored or answered. */
export function impossible(reason: string): Impossible {
  return { impossible: reason }
}

/** Says why an event changes nothing in a phase. */
export function ignored(reason: string): Ignored {
  return { ignored: reason }
}

/** What one event can do in one phase: named transitions, of which the first that applies is taken, and why nothing happens if none does. */
export type Cell<P, V, C, Q, E> = readonly [
  ...Transition<P, V, C, Q, E>[],
  Transition<P, V, C, Q, E> | Ignored | Impossible,
]

interface Tagged {
  readonly type: string
}

/** A machine: a row a phase, a cell an event. A pair that is missing does not compile. */
export type Table<Phase extends Tagged, Event extends Tagged, Context, Effect> = {
  readonly [P in Phase['type']]: {
    readonly [V in Event['type']]: Cell<
      Extract<Phase, { type: P }>,
      Extract<Event, { type: V }>,
      Context,
      Phase,
      Effect
    >
  }
}

/** A step, and the entry of the table that made it. */
export interface Decision<P, V, C, Q, E> extends Step<Q, E> {
  readonly entry: Transition<P, V, C, Q, E> | Ignored | Impossible
}

/**
 * What the table says to an event in a phase, impossible pairs included.
 *
 * @throws RangeError when no transition of the cell applies.
 */
export function decide<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  table: Table<Phase, Event, Context, Effect>,
  phase: Phase,
  event: Event,
  context: Context,
): Decision<Phase, Event, Context, Phase, Effect> {
  const row = table[phase.type as Phase['type']]
  // The cell of this very phase and event: the types of the two are tied by their tags, which the compiler cannot follow.
  const cell = row[event.type as Event['type']] as Cell<Phase, Event, Context, Phase, Effect>
  for (const entry of cell) {
    const step = 'step' in entry ? entry.step(phase, event, context) : stay<Phase, Effect>(phase)
    if (step !== false) return { entry, ...step }
  }
  throw new RangeError(`no transition for ${event.type} in phase ${phase.type}`)
}

/** A step with the name of the transition that made it; without one where the event was ignored. */
export interface NamedStep<P, E> extends Step<P, E> {
  readonly name: string | undefined
}

/**
 * Makes one step of a machine.
 *
 * @throws RangeError when the table calls the pair impossible.
 */
export function stepBy<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  table: Table<Phase, Event, Context, Effect>,
  phase: Phase,
  event: Event,
  context: Context,
): NamedStep<Phase, Effect> {
  const { entry, ...step } = decide(table, phase, event, context)
  if ('impossible' in entry) throw new RangeError(`${event.type} in phase ${phase.type}: ${entry.impossible}`)
  return { ...step, name: 'name' in entry ? entry.name : undefined }
}
