import { entryText, type WalkableMachine, walk } from './walk.ts'

interface Tagged {
  readonly type: string
}

/** Values by key, each once, in the order in which they came. */
class Groups {
  readonly #groups = new Map<string, Set<string>>()

  add(key: string, value: string): void {
    this.#groups.set(key, (this.#groups.get(key) ?? new Set()).add(value))
  }

  entries(): readonly (readonly [string, readonly string[]])[] {
    return [...this.#groups].map(([key, values]) => [key, [...values]])
  }
}

/** A Mermaid diagram of the edges that the walk finds between the nodes of a view. */
function drawing<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  { node, start }: (typeof machine)['views'][number],
): string {
  const edges = new Groups()
  for (const { from, decision } of walk(machine)) {
    const [before, after] = [node(from.value), node(decision.phase)]
    // A colon would end the label.
    if (before !== after) edges.add(`${before} --> ${after}`, entryText(decision.entry).replaceAll(':', ','))
  }
  const lines = edges.entries().map(([edge, names]) => `  ${edge}: ${names.join('<br>')}`)
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${start}`, ...lines, '```'].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** A table of what each event does in each phase. */
function cells<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
): string {
  const found = new Groups()
  const effectsOf = new Groups()
  const targetsOf = new Groups()
  for (const { from, event, decision } of walk(machine)) {
    const pair = `${from.value.type} | ${event.value.type}`
    const name = entryText(decision.entry)
    found.add(pair, name)
    for (const { type } of decision.effects as readonly Tagged[]) effectsOf.add(`${pair} | ${name}`, type)
    if ('name' in decision.entry) targetsOf.add(`${pair} | ${name}`, decision.phase.type)
  }
  const effects = new Map(effectsOf.entries())
  const targets = new Map(targetsOf.entries())
  const rows = found.entries().flatMap(([pair, names]) =>
    names.map((name) => {
      const key = `${pair} | ${name}`
      return `| ${pair} | ${cell(name)} | ${(targets.get(key) ?? []).join(', ')} | ${(effects.get(key) ?? []).join(', ')} |`
    }),
  )
  return [
    '| phase | event | what happens | phase after it | effects |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

/** The section of a machine on the page of states: its diagrams, and every pair of phase and event. */
export function statesSection<Phase extends Tagged, Event extends Tagged, Context, Effect extends Tagged>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
): string {
  const drawings = machine.views.map(
    (view) => `### ${machine.name}: ${view.title.toLowerCase()}\n\n${drawing(machine, view)}`,
  )
  return [
    `## ${machine.name}`,
    machine.about,
    ...drawings,
    `### ${machine.name}: every pair of phase and event`,
    cells(machine),
  ].join('\n\n')
}
