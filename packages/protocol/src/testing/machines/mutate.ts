import { type Cell, decide, type Table, type Transition } from '../../machines/table.ts'
import { outcomeText, type WalkableMachine, walk } from './walk.ts'

interface Tagged {
  readonly type: string
}

type AnyTransition = Transition<Tagged, Tagged, unknown, Tagged, unknown>
type AnyEntry = Cell<Tagged, Tagged, unknown, Tagged, unknown>[number]

interface Change {
  readonly what: string
  readonly cell: readonly AnyEntry[]
}

/** What can be changed of a transition: it is taken out, does nothing, or applies where it should not. */
function* transitionChanges(cell: readonly AnyEntry[], index: number, entry: AnyTransition): Generator<Change> {
  yield { what: `${entry.name}: taken out`, cell: cell.toSpliced(index, 1) }
  const idle: AnyTransition = {
    name: entry.name,
    step: (phase, event, context) => entry.step(phase, event, context) && { phase, effects: [] },
  }
  yield { what: `${entry.name}: does nothing`, cell: cell.with(index, idle) }
  if (index === cell.length - 1) return
  const eager: AnyTransition = {
    name: entry.name,
    step: (phase, event, context) => entry.step(phase, event, context) || { phase, effects: [] },
  }
  yield { what: `${entry.name}: applies always`, cell: cell.with(index, eager) }
}

function* changesOf(cell: readonly AnyEntry[]): Generator<Change> {
  for (const [index, entry] of cell.entries()) {
    if ('step' in entry) {
      yield* transitionChanges(cell, index, entry)
      continue
    }
    yield { what: 'the last entry: taken out', cell: cell.slice(0, -1) }
    const turned = 'ignored' in entry ? { impossible: entry.ignored } : { ignored: entry.impossible }
    yield { what: 'the last entry: turned', cell: cell.with(index, turned) }
  }
}

/** Whether a step of the walk comes out otherwise by a changed table. */
function isNoticed<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  table: Table<Phase, Event, Context, Effect>,
  pair: { readonly phase: string; readonly event: string },
): boolean {
  for (const move of walk(machine, pair)) {
    const { from, event, context } = move
    try {
      const decision = decide(table, from.value, event.value, context)
      if (outcomeText(machine, move) !== outcomeText(machine, { from, context, decision })) return true
    } catch {
      return true
    }
  }
  return false
}

/** Changes every entry of a machine's table in turn. Returns the changes by which no step of the walk comes out otherwise. */
export function unnoticedChanges<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
): string[] {
  const rows = machine.table as Readonly<Record<string, Readonly<Record<string, readonly AnyEntry[]>>>>
  const unnoticed: string[] = []
  for (const [phase, row] of Object.entries(rows)) {
    for (const [event, cell] of Object.entries(row)) {
      for (const { what, cell: changed } of changesOf(cell)) {
        const table = { ...rows, [phase]: { ...row, [event]: changed } } as Table<Phase, Event, Context, Effect>
        if (!isNoticed(machine, table, { phase, event })) unnoticed.push(`${phase} + ${event}, ${what}`)
      }
    }
  }
  return unnoticed
}
