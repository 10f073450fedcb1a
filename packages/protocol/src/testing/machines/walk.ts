import { type Decision, decide, type Ignored, type Impossible, type Table } from '../../machines/table.ts'

interface Tagged {
  readonly type: string
}

/** A value with a short name for pages and tests. */
export interface Sample<T> {
  readonly label: string
  readonly value: T
}

/** A machine with values of all that it can meet: what tests walk and pages are made from. */
export interface WalkableMachine<Phase extends Tagged, Event extends Tagged, Context, Effect> {
  readonly name: string
  /** A sentence or two for the page. */
  readonly about: string
  readonly table: Table<Phase, Event, Context, Effect>
  /** At least one phase of each name, and each event. */
  readonly phases: readonly Sample<Phase>[]
  readonly events: readonly Sample<Event>[]
  /** All contexts that a phase can meet; the same list for phases that meet the same. */
  contexts(phase: Phase): readonly Context[]
  /** A phase in words, as short as tells it from others. `before`: the phase that it came from. */
  describePhase(phase: Phase, context: Context, before: Phase): string
  describeEffect(effect: Effect, context: Context): string
  /** A context in words, by what each is about. */
  describeContext?(context: Context): Readonly<Record<string, string>>
  /** What is drawn: the nodes of a diagram are what `node` says of phases. */
  readonly views: readonly {
    readonly title: string
    node(phase: Phase): string
    /** The node that the drawing begins at. */
    readonly start: string
  }[]
}

/** One step of the walk. */
export interface Move<Phase, Event, Context, Effect> {
  readonly from: Sample<Phase>
  readonly event: Sample<Event>
  readonly context: Context
  readonly decision: Decision<Phase, Event, Context, Phase, Effect>
}

/** Gives every event in every phase and every context. `only`: of these names alone. */
export function* walk<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  only: { readonly phase?: string; readonly event?: string } = {},
): Generator<Move<Phase, Event, Context, Effect>> {
  for (const from of machine.phases) {
    if (only.phase !== undefined && from.value.type !== only.phase) continue
    for (const event of machine.events) {
      if (only.event !== undefined && event.value.type !== only.event) continue
      for (const context of machine.contexts(from.value)) {
        yield { from, event, context, decision: decide(machine.table, from.value, event.value, context) }
      }
    }
  }
}

/** What an entry of a table is called: its name, or why nothing happens. */
export function entryText(entry: { readonly name: string } | Ignored | Impossible): string {
  if ('name' in entry) return entry.name
  return 'ignored' in entry ? `ignored: ${entry.ignored}` : `impossible: ${entry.impossible}`
}

/** A step in a line: its name, the phase after it, and its effects. */
export function outcomeText<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  { from, context, decision }: Pick<Move<Phase, Event, Context, Effect>, 'from' | 'context' | 'decision'>,
): string {
  const { entry, phase, effects } = decision
  if (!('name' in entry)) return entryText(entry)
  const to = machine.describePhase(phase, context, from.value)
  const told = effects.map((effect) => machine.describeEffect(effect, context))
  return [`${entry.name} -> ${to}`, ...told].join('; ')
}
