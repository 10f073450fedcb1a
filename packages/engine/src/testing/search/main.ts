// `./run search [--json] [--short] [--scope name] [--thieves letters] [--rule name] [--states n] [--seconds n]`: everything that can
// happen in small scopes, thieves included, by the node's own code; then each rule taken away, which must be found. Ends with a line of JSON
// or of text.

import { parseArgs } from 'node:util'
import type { SearchResult } from './explore/explorer.ts'
import { rules } from './rules.ts'
import { scopes } from './scopes.ts'
import { search, searchWithout } from './search.ts'
import { shortRules, shortScopes } from './short.ts'

const usage = `usage: ./run search [--short] [--scope name] [--thieves letters] [--rule name] [--states n] [--seconds n] [--json]

  ./run search --short                       # what the unit tests search, in about a minute
  ./run search --scope line --thieves AB     # one scope: payer A and hub B cheat
  ./run search --rule payee-floor            # one rule taken away, and the attack that follows
  ./run search --json                        # everything; the last line is one JSON object
`

function readOptions() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        short: { type: 'boolean' },
        scope: { type: 'string' },
        thieves: { type: 'string' },
        rule: { type: 'string' },
        states: { type: 'string' },
        seconds: { type: 'string' },
      },
    }).values
  } catch (error) {
    console.error(`search: ${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

const values = readOptions()
if (values.help === true) {
  console.log(usage)
  process.exit(0)
}

function numberOf(option: 'states' | 'seconds', otherwise: number): number {
  const given = values[option] ?? ''
  if (given === '') return otherwise
  if (/^[1-9]\d*$/.test(given)) return Number(given)
  console.error(`search: --${option} ${given} is no number: try \`./run search --${option} ${otherwise}\``)
  process.exit(1)
}

function named<T extends { readonly name: string }>(all: readonly T[], option: 'scope' | 'rule'): readonly T[] {
  const name = values[option]
  if (name === undefined) return all
  const found = all.filter((one) => one.name === name)
  if (found.length > 0) return found
  console.error(`search: no ${option} ${name}; there are ${[...new Set(all.map((one) => one.name))].join(', ')}`)
  process.exit(1)
}

const limits = { states: numberOf('states', 8_000_000), seconds: numberOf('seconds', 180) }
const isShort = values.short === true
const chosenScopes =
  values.rule !== undefined
    ? []
    : named(isShort ? shortScopes : scopes, 'scope').filter(
        ({ thieves }) => values.thieves === undefined || thieves === values.thieves,
      )
const chosenRules = values.scope !== undefined ? [] : named(isShort ? shortRules : rules, 'rule')

const started = performance.now()
const all = chosenScopes.length + chosenRules.length
let done = 0

/** On a terminal one line that changes; in a log nothing but what was found. */
function progress(name: string) {
  return (states: number, left: number) => {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r\x1b[K${done} of ${all} ${name}: ${states} states, ${left} not yet looked at`)
  }
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.error(text)
}

function tell({ violation }: SearchResult): void {
  if (violation === undefined) return
  for (const [i, step] of violation.trace.entries()) say(`  ${i + 1}. ${step}`)
  say(`  ${violation.what}`)
}

const nameOf = (name: string, thieves: string) =>
  `${name} ${thieves === '' ? 'with nobody cheating' : `against ${thieves}`}`

const found: SearchResult[] = []
for (const scope of chosenScopes) {
  const name = nameOf(scope.name, scope.thieves)
  const result = await search(scope, limits, undefined, progress(name))
  done += 1
  found.push(result)
  const { states, transitions, seconds, complete, cut } = result
  const isWrong = result.violation !== undefined
  const end = isWrong ? 'WRONG' : complete ? `complete${cut > 0 ? `, ${cut} cut` : ''}` : 'not to its end'
  say(`${name}: ${states} states, ${transitions} transitions, ${seconds} s, ${end}`)
  tell(result)
}

const without: { rule: string; found: boolean; scope: string; thieves: string; states: number; seconds: number }[] = []
for (const rule of chosenRules) {
  const result = await searchWithout(rule, limits, progress(`without ${rule.name}`))
  done += 1
  const { states, seconds, violation } = result
  without.push({
    rule: rule.name,
    found: violation !== undefined,
    scope: rule.scope,
    thieves: rule.thieves,
    states,
    seconds,
  })
  say(
    `without ${rule.name}: ${violation === undefined ? 'NOT FOUND' : 'found'} in ${nameOf(rule.scope, rule.thieves)}, ${states} states, ${seconds} s`,
  )
  if (values.rule !== undefined) tell(result)
}

const summary = {
  scopes: found.map(({ violation, ...rest }) => ({ ...rest, violation: violation?.what ?? null })),
  states: found.reduce((sum, { states }) => sum + states, 0),
  seconds: Math.round((performance.now() - started) / 1000),
  complete: found.every(({ complete }) => complete),
  rules: without,
}
const wrong = found.filter(({ violation }) => violation !== undefined).length
const missed = without.filter((rule) => !rule.found).length
console.log(
  values.json === true
    ? JSON.stringify(summary)
    : `${found.length} scopes, ${summary.states} states, ${wrong} wrong; ${without.length} rules taken away, ${missed} not missed; ${summary.seconds} s`,
)
process.exitCode = wrong + missed === 0 ? 0 : 1
