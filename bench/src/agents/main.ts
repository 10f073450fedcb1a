// `./run demo agents [--json]`: an agent with one wallet buys by every dialect within one budget, and is refused above it.

import { type Outcome, type Row, tellStory } from './story.ts'

const fil = (amount: bigint): string => `${Number(amount) / 1e18} FIL`
const ms = (time: number): string => `${time.toFixed(1)} ms`

function table(rows: readonly Row[]): string {
  const head = ['', 'bought', 'paid', 'the first', 'each after', 'transactions', 'above the budget']
  const lines = [
    head,
    ...rows.map(({ name, bought, paid, first, others, transactions, refused }) => [
      name,
      `${bought}`,
      fil(paid),
      ms(first),
      ms(others),
      `${transactions}`,
      refused,
    ]),
  ]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) => `  ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd()).join('\n')
}

function summarize({ rows, budget, sent, received, fees, virtualChannels }: Outcome) {
  const bought = rows.reduce((sum, row) => sum + row.bought, 0)
  const refused = rows.filter((row) => row.refused === 'SPENDING_RULE').length
  const conserved = sent === received + fees
  // A virtual channel that was opened for what comes next, and not used, has paid one base unit.
  const isExact = received >= budget && received < budget + BigInt(virtualChannels)
  const ok = conserved && isExact && refused === rows.length && rows.every(({ transactions }) => transactions === 0)
  return { ok, conserved, bought, refused, virtualChannels, sent, received, fees, budget }
}

const isJson = process.argv.includes('--json')
const step = (text: string): void => void process.stderr.write(isJson ? '' : `  ${text}\n`)
const outcome = await tellStory(step)
const summary = summarize(outcome)
if (isJson) {
  const all = { rows: outcome.rows, ...summary }
  console.log(JSON.stringify(all, (_name, value) => (typeof value === 'bigint' ? String(value) : value)))
} else {
  const { ok, conserved, bought, refused, virtualChannels, sent, received, fees } = summary
  console.log(`\n${table(outcome.rows)}\n`)
  console.log(
    `  ${virtualChannels} virtual channels for all; the agent paid ${fil(sent)}, the seller got ${fil(received)}, the hub ${fil(fees)}`,
  )
  console.log(`  ok ${ok}, conserved ${conserved}, bought ${bought}, refused ${refused}`)
}
process.exitCode = summary.ok ? 0 : 1
