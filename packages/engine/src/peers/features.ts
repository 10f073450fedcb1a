import { type Address, type Feature, type FeatureOffer, matchFeatures } from '@sluice/protocol'
import { EngineError } from '../errors.ts'

/** What both sides can do beyond the base, or why they can't talk. Both sides come to the same by the two hellos. */
export function agreeOnFeatures(
  own: FeatureOffer,
  peer: Address,
  theirs: readonly number[],
): readonly Feature[] | EngineError {
  const match = matchFeatures(own, theirs)
  switch (match.type) {
    case 'common':
      return match.features
    case 'unknown':
      return new EngineError('PEER_FEATURE_UNKNOWN', { peer, features: match.numbers.join(', ') })
    case 'missing':
      return new EngineError('PEER_FEATURE_MISSING', { peer, features: match.features.map(nameOf).join(', ') })
  }
}

const nameOf = ({ name }: Feature): string => name
