// Random runs of the engine in a simulated world, as many as wanted:
//   node packages/engine/scripts/simulate.ts [first seed] [how many] [trouble, 0 to 3] [filecoin]
// With `filecoin` the chain has null rounds, and endpoints that are behind and bring logs late.
// Prints the seed of every run that fails and why; the same seed and conditions fail again. Ends with one JSON object.
import { simulate } from '../src/testing/simulator/simulate.ts'

const [first = 1, count = 100, trouble = 1] = process.argv.slice(2, 5).map(Number)
const asFilecoin = process.argv[5] === 'filecoin'
const failed: number[] = []
const calls: Record<string, number> = {}
const transactions: Record<string, number> = {}
let kills = 0

function add(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + number
}

for (let seed = first; seed < first + count; seed++) {
  try {
    const result = await simulate({ seed, trouble, asFilecoin })
    kills += result.kills
    add(calls, result.calls)
    add(transactions, result.transactions)
  } catch (error) {
    failed.push(seed)
    console.error(error instanceof Error ? error.message : error)
  }
}
console.log(JSON.stringify({ first, runs: count, trouble, asFilecoin, failed, kills, calls, transactions }))
process.exitCode = failed.length > 0 ? 1 : 0
