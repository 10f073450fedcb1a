import { outcomeText, type WalkableMachine, walk } from './walk.ts'

interface Tagged {
  readonly type: string
}

type Words = Readonly<Record<string, string>>

/** The contexts in which something happens: how many, and what each of their words can be. */
class Contexts {
  count = 0
  readonly #words = new Map<string, Set<string>>()

  add(words: Words): this {
    this.count += 1
    for (const [about, word] of Object.entries(words)) {
      this.#words.set(about, (this.#words.get(about) ?? new Set()).add(word))
    }
    return this
  }

  /** What tells these contexts from all: the words that they have, or have not. Words that hang together are told apart by the count alone. */
  conditions(all: Contexts): string {
    return [...all.#words]
      .map(([about, words]) => {
        const own = this.#words.get(about) ?? new Set()
        const missing = [...words].filter((word) => !own.has(word))
        if (missing.length === 0) return ''
        return missing.length < own.size ? `${about} not ${missing.join(' | ')}` : `${about} ${[...own].join(' | ')}`
      })
      .filter((condition) => condition !== '')
      .join('; ')
  }
}

function inBrackets(contexts: Contexts, all: Contexts): string {
  if (contexts.count === all.count) return ''
  const conditions = contexts.conditions(all)
  return ` [${contexts.count} of ${all.count}${conditions === '' ? '' : `: ${conditions}`}]`
}

/** The contexts of each phase of a machine, counted once for each list. */
function everyContext<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
  wordsOf: (context: Context) => Words,
): Map<string, Contexts> {
  const byList = new Map<readonly Context[], Contexts>()
  const every = (list: readonly Context[]): Contexts => {
    const known = byList.get(list) ?? list.reduce((all, context) => all.add(wordsOf(context)), new Contexts())
    byList.set(list, known)
    return known
  }
  return new Map(machine.phases.map(({ label, value }) => [label, every(machine.contexts(value))]))
}

/**
 * Every transition of a machine, one a line: phase + event: what happens, and in how many and which of the phase's contexts if not in all. A change
 * of the table, of a condition or of an effect changes a line.
 */
export function transitionLines<Phase extends Tagged, Event extends Tagged, Context, Effect>(
  machine: WalkableMachine<Phase, Event, Context, Effect>,
): string[] {
  const words = new Map<Context, Words>()
  const wordsOf = (context: Context): Words => {
    const known = words.get(context) ?? machine.describeContext?.(context) ?? {}
    words.set(context, known)
    return known
  }
  const every = everyContext(machine, wordsOf)
  const found = new Map<string, { readonly outcomes: Map<string, Contexts>; readonly all: Contexts }>()
  for (const move of walk(machine)) {
    const key = `${move.from.label} + ${move.event.label}`
    const cell = found.get(key) ?? { outcomes: new Map(), all: every.get(move.from.label) ?? new Contexts() }
    found.set(key, cell)
    const outcome = outcomeText(machine, move)
    cell.outcomes.set(outcome, (cell.outcomes.get(outcome) ?? new Contexts()).add(wordsOf(move.context)))
  }
  return [...found].flatMap(([key, { outcomes, all }]) =>
    [...outcomes].map(([outcome, contexts]) => `${key}: ${outcome}${inBrackets(contexts, all)}`),
  )
}
