import fc from 'fast-check'
import { stepBy } from '../../machines/table.ts'
import { type WalkableMachine, walk } from './walk.ts'

interface Tagged {
  readonly type: string
}

/** One step as an invariant sees it. */
export interface Seen<Phase, Event, Context, Effect> {
  readonly before: Phase
  readonly event: Event
  readonly context: Context
  readonly after: Phase
  readonly effects: readonly Effect[]
}

/** What never happens, by name: whether a step is such a one. */
export type Never<Phase, Event, Context, Effect> = Readonly<
  Record<string, (seen: Seen<Phase, Event, Context, Effect>) => boolean>
>

/** The steps of a machine's whole walk that are wrong. */
export function wrongSteps<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  isWrong: Never<Phase, Event, Context, Effect>[string],
): string[] {
  const wrong = new Set<string>()
  for (const { from, event, context, decision } of walk(machine)) {
    const seen = { before: from.value, event: event.value, context, after: decision.phase, effects: decision.effects }
    if (isWrong(seen)) wrong.add(`${from.label} + ${event.label}`)
  }
  return [...wrong]
}

/** How a machine is led through random events. */
export interface Sequences<Phase, Event, Context, Effect> {
  readonly start: Phase
  readonly never: Never<Phase, Event, Context, Effect>
  readonly contextChanged: Event
  /** Whether the caller gives this event; what it checks before is no part of the machine. */
  mayHappen(phase: Phase, event: Event): boolean
  /** The context once an effect was carried out. */
  afterEffect(context: Context, effect: Effect): Context
}

/** How many looks follow each other at most. */
const LOOKS_MAX = 16

/** Leads a machine through random events in random contexts. After each event it is looked at until nothing more is due. */
export function checkSequences<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  { start, never, contextChanged, mayHappen, afterEffect }: Sequences<Phase, Event, Context, Effect>,
): void {
  /** Makes a step, and tells which rules it breaks. */
  const stepChecked = (before: Phase, event: Event, context: Context) => {
    const step = stepBy(machine.table, before, event, context)
    const seen = { before, event, context, after: step.phase, effects: step.effects }
    const broken = Object.keys(never).filter((name) => never[name]?.(seen))
    if (broken.length > 0) throw new Error(`${event.type} in phase ${before.type}: ${broken.join(', ')}`)
    return { ...step, context: step.effects.reduce(afterEffect, context) }
  }
  const event = fc.constantFrom(...machine.events.map(({ value }) => value))
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat()), { maxLength: 40, size: 'max' }), (events) => {
      let phase = start
      for (const [one, pick] of events) {
        if (!mayHappen(phase, one)) continue
        const contexts = machine.contexts(phase)
        let step = stepChecked(phase, one, contexts[pick % contexts.length] as Context)
        for (let looks = 0; step.name !== undefined; looks++) {
          if (looks === LOOKS_MAX) throw new Error(`looks at phase ${step.phase.type} come to no end`)
          step = stepChecked(step.phase, contextChanged, step.context)
        }
        phase = step.phase
      }
    }),
    { numRuns: 300 },
  )
}
