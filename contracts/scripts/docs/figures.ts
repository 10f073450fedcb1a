// The tables of gas in pages that people write: they stand between two marks, and come from the snapshot.

import { type GasReports, rowsOf } from '../gas/table.ts'

const BEGIN = '<!-- gas: written by `npm run docs -w contracts` -->'
const END = '<!-- end of gas -->'

/** What each scene costs, for the contracts' README. */
export function gasTable(reports: GasReports): string {
  const [head = [], ...rows] = rowsOf(reports).map((row) => row.slice(0, 6))
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** What a close for nothing costs the one who starts it, and its answers the other. */
export function disputeTable({ gas, prague }: GasReports): string {
  const rows = [
    ['who starts', '`startClose` with nothing shown', 'start'],
    ['who answers', '`updateLane` for the lane that it receives', 'answer'],
    ['who answers', '`updateLanes` for both lanes', 'answerBoth'],
    ['who answers', '`updateLanes` for both lanes, both with locks', 'answerBothWithLocks'],
  ]
  const lines = rows.map(([who, call, key = '']) => [who, call, figure(gas, key), figure(prague.gas, key)])
  const head = ['who pays', 'call', 'gas', 'by Prague']
  return [head, head.map(() => '---'), ...lines].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** A page with the table in its place. @throws Error if the page has no place for one. */
export function withTable(page: string, table: string): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no table between ${BEGIN} and ${END}`)
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`
}

function figure(gas: Readonly<Record<string, number>>, key: string): string {
  const found = gas[key]
  if (found === undefined) throw new Error(`the snapshot has no ${key}`)
  return found.toLocaleString('en')
}
