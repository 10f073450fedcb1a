import { outcomeText, type WalkableMachine, walk } from './walk.ts'

interface Tagged {
  readonly type: string
}

/**
 * Every transition of a machine, one a line: phase + event: what happens, and in how many of the walk's contexts if not in all. A change of the
 * table, of a condition or of an effect changes a line.
 */
export function transitionLines<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  only?: { readonly phase?: string; readonly event?: string },
): string[] {
  const all = machine.contexts.length
  const counts = new Map<string, Map<string, number>>()
  for (const move of walk(machine, only)) {
    const key = `${move.from.label} + ${move.event.label}`
    const outcomes = counts.get(key) ?? new Map<string, number>()
    const outcome = outcomeText(machine, move)
    counts.set(key, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1))
  }
  return [...counts].flatMap(([key, outcomes]) =>
    [...outcomes].map(([outcome, count]) => `${key}: ${outcome}${count === all ? '' : ` [${count} of ${all}]`}`),
  )
}
