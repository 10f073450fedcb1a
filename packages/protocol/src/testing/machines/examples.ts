interface Tagged {
  readonly type: string
}

/** A transition by its name, with what it is to come to. */
export interface Example<Phase extends Tagged, Event extends Tagged, Context, Effect> {
  readonly name: string
  readonly from: Phase
  readonly event: Event
  /** What differs from a context in which all is well. */
  readonly context?: Partial<Context>
  /** The phase after it; the same if left out. */
  readonly to?: Phase
  readonly effects?: readonly Effect[]
}

type Rows = Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>

/** The transitions of a table for which there is no example. */
export function withoutExample(
  table: Rows,
  examples: readonly { readonly from: Tagged; readonly event: Tagged; readonly name: string }[],
): string[] {
  const named = new Set(examples.map(({ from, event, name }) => `${from.type} + ${event.type}: ${name}`))
  return Object.entries(table)
    .flatMap(([phase, row]) =>
      Object.entries(row).flatMap(([event, cell]) =>
        cell.flatMap((entry) => ('name' in entry ? [`${phase} + ${event}: ${entry.name}`] : [])),
      ),
    )
    .filter((one) => !named.has(one))
}
