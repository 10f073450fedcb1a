/** A function that does its work at its first call and gives the same outcome to all. */
export function once<T>(work: () => T): () => T {
  let outcome: { readonly value: T } | undefined
  return () => {
    outcome ??= { value: work() }
    return outcome.value
  }
}
