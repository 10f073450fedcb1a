/**
 * Something that a peer can do beyond what every version of the protocol has. Each has a pair of numbers: with the even one a
 * side says that it has the feature and talks to nobody without it, with the odd one above that it has it, should the other too.
 */
export interface Feature {
  readonly name: string
  /** The even number of the pair. */
  readonly number: number
}

/** A side understands `prolong`: virtual channels may live longer than was agreed at first. */
export const PROLONGING: Feature = { name: 'prolonging', number: 2 }

/** The features that there are. A number is given once, for ever. */
export const FEATURES: readonly Feature[] = [PROLONGING]

/** What of its features a side asks of everybody it talks to. */
export interface FeatureOffer {
  /** All that the side has, the required ones included. */
  readonly known: readonly Feature[]
  /** Those of `known` without which it talks to nobody. */
  readonly required: readonly Feature[]
}

/** What two sides make of each other's features. */
export type FeatureMatch =
  /** Both have these, and neither misses any. */
  | { readonly type: 'common'; readonly features: readonly Feature[] }
  /** The other side requires what this side does not know: its even numbers. */
  | { readonly type: 'unknown'; readonly numbers: readonly number[] }
  /** This side requires what the other side lacks. */
  | { readonly type: 'missing'; readonly features: readonly Feature[] }

/** The numbers of an offer as they stand in a hello, in ascending order. */
export function featureNumbers({ known, required }: FeatureOffer): readonly number[] {
  return known.map((one) => (required.includes(one) ? one.number : one.number + 1)).sort((x, y) => x - y)
}

/** Judges the numbers of the other side's hello: an odd one that is not known here is nothing. */
export function matchFeatures({ known, required }: FeatureOffer, theirs: readonly number[]): FeatureMatch {
  const has = ({ number }: Feature) => theirs.includes(number) || theirs.includes(number + 1)
  const numbers = theirs.filter((number) => number % 2 === 0 && !known.some((one) => one.number === number))
  if (numbers.length > 0) return { type: 'unknown', numbers }
  const features = required.filter((one) => !has(one))
  if (features.length > 0) return { type: 'missing', features }
  return { type: 'common', features: known.filter(has) }
}
