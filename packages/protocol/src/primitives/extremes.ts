/** The lowest of the amounts. */
export function lowest(first: bigint, ...others: readonly bigint[]): bigint {
  let found = first
  for (const amount of others) if (amount < found) found = amount
  return found
}

/** The highest of the amounts. */
export function highest(first: bigint, ...others: readonly bigint[]): bigint {
  let found = first
  for (const amount of others) if (amount > found) found = amount
  return found
}
