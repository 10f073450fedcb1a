/** What a row of measurements comes to, in the unit of the measurements. */
export interface Quantiles {
  readonly n: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

const round = (value: number): number => Math.round(value * 1000) / 1000

/** The value that so large a part of the sorted values does not exceed: the nearest one, none made up between two. */
function at(sorted: readonly number[], part: number): number {
  return round(sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN)
}

/** Median, ninth decile and last percentile. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b)
  return { n: sorted.length, p50: at(sorted, 0.5), p90: at(sorted, 0.9), p99: at(sorted, 0.99) }
}

/** The median. */
export const median = (values: readonly number[]): number => quantiles(values).p50
