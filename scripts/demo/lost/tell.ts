import { balanceOf, transactionsTo } from '../chain.ts'
import type { Children } from '../children.ts'
import { fil, type Screen, table } from '../screen.ts'
import { type Act, away, lostDisk } from './acts.ts'
import { createStage, type Stage } from './stage.ts'

/** What somebody had and has, base units. */
interface Balance {
  readonly name: string
  readonly before: bigint
  readonly after: bigint
  readonly gas: bigint
  /** The change, gas aside, and what it should be. */
  readonly change: bigint
  readonly expected: bigint
}

/** What the demo shows in the end. */
export interface LostSummary {
  readonly ok: boolean
  readonly conserved: boolean
  readonly acts: readonly { readonly title: string; readonly balances: readonly Balance[] }[]
  /** Calls that were made on chain, by who made them. */
  readonly calls: Readonly<Record<string, number>>
}

/** Runs both acts on one chain and draws the conclusions. */
export async function tellLost(children: Children, screen: Screen, folder: string): Promise<LostSummary> {
  const stage = await createStage(children, screen, folder)
  const acts = [await lostDisk(stage), await away(stage)]
  return summarize(stage, acts)
}

async function summarize({ chain, contract }: Stage, acts: readonly Act[]): Promise<LostSummary> {
  const transactions = await transactionsTo(chain, contract)
  const shown = []
  const calls: Record<string, number> = {}
  for (const { title, actors, expected } of acts) {
    const balances: Balance[] = []
    for (const { name, address, before } of actors) {
      const own = transactions.filter(({ from }) => from === address)
      for (const { call } of own) calls[`${name} ${call}`] = (calls[`${name} ${call}`] ?? 0) + 1
      const gas = own.reduce((sum, { cost }) => sum + cost, 0n)
      const after = await balanceOf(chain, address)
      balances.push({ name, before, after, gas, change: after - before + gas, expected: expected[name] ?? 0n })
    }
    shown.push({ title, balances })
  }
  const sum = shown.flatMap(({ balances }) => balances).reduce((total, { change }) => total + change, 0n)
  const conserved = sum === 0n && (await balanceOf(chain, contract)) === 0n
  const isAsExpected = shown.every(({ balances }) => balances.every(({ change, expected }) => change === expected))
  return { ok: conserved && isAsExpected, conserved, acts: shown, calls }
}

/** The summary for people. */
export function lostText({ ok, conserved, acts, calls }: LostSummary): string {
  const tables = acts.map(({ title, balances }) => {
    const rows = balances.map(({ name, before, after, gas, change, expected }) => [
      name,
      fil(before),
      fil(after),
      fil(gas),
      fil(change),
      change === expected ? 'as it should be' : `should be ${fil(expected)}`,
    ])
    return `${title}\n${table([['', 'had', 'has', 'gas', 'change without gas', ''], ...rows])}`
  })
  const made = Object.entries(calls).map(([call, times]) => `${call}${times === 1 ? '' : ` (${times})`}`)
  const verdict = `${ok ? 'ok' : 'NOT OK'}, ${conserved ? 'conserved' : 'NOT conserved'}`
  return `\n${tables.join('\n\n')}\n\ncalls on chain: ${made.join(', ')}\n\n${verdict}`
}
