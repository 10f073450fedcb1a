// The gas table beside Nitro's published figures, and its snapshot.

import type { Cost } from './world.ts'

/** What Nitro's contracts publish for the same work, and how much of it is our aim, where we have one. */
const nitro: Record<string, { gas: number; aim?: number }> = {
  depositNativeFirst: { gas: 46_496, aim: 1.05 },
  depositNativeSecond: { gas: 29_408, aim: 1.05 },
  depositErc20First: { gas: 69_866, aim: 1.05 },
  depositErc20Second: { gas: 52_778, aim: 1.05 },
  closeNative: { gas: 111_514, aim: 0.58 },
  closeErc20: { gas: 112_690, aim: 0.58 },
  exitDirect: { gas: 195_172, aim: 0.58 },
  exitVirtual: { gas: 470_520, aim: 0.58 },
  answer: { gas: 69_932 },
  deploy: { gas: 3_443_915 },
}

/** Aims that stand on their own. */
const limits: Record<string, number> = { redeemEachOf100: 30_000, unlockSubtreeEachOf1000: 6_600 }

/** Gas and storage writes by one set of rules. */
export interface GasReport {
  gas: Record<string, number>
  storageWrites: Record<string, number>
}

/**
 * What the command prints as JSON and keeps as snapshot: by Cancun's rules, and by Prague's, which ask at least 40 gas for a byte of
 * calldata and 10 for a zero.
 */
export interface GasReports extends GasReport {
  prague: GasReport
}

/** Splits the costs into the two objects of the report. */
export function reportOf(costs: Record<string, Cost>): GasReport {
  const entries = Object.entries(costs)
  return {
    gas: Object.fromEntries(entries.map(([name, cost]) => [name, cost.gas])),
    storageWrites: Object.fromEntries(entries.map(([name, cost]) => [name, cost.storageWrites])),
  }
}

/** The table for people: its heading and a row a scene. */
export function rowsOf({ gas: all, storageWrites, prague }: GasReports): string[][] {
  const rows = Object.entries(all).map(([name, gas]) => {
    const theirs = nitro[name]
    const most = theirs?.aim === undefined ? limits[name] : theirs.gas * theirs.aim
    return [
      name,
      gas.toLocaleString('en'),
      (prague.gas[name] ?? 0).toLocaleString('en'),
      String(storageWrites[name] ?? ''),
      theirs?.gas.toLocaleString('en') ?? '',
      theirs === undefined ? '' : `${((100 * gas) / theirs.gas).toFixed(1)}%`,
      most === undefined ? '' : Math.floor(most).toLocaleString('en'),
      most === undefined ? '' : gas <= most ? 'met' : 'not met',
    ]
  })
  return [['what', 'gas', 'by Prague', 'writes', 'Nitro', 'of it', 'aim', ''], ...rows]
}

/** The same for a terminal. */
export function tableOf(reports: GasReports): string {
  const lines = rowsOf(reports)
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
