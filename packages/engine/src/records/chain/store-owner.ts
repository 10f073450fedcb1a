import { type Address, type Domain, recordKind } from '@sluice/protocol'
import { address, struct, uint } from '@sluice/protocol/codec'
import { EngineError } from '../../errors.ts'
import type { Collection } from '../collection.ts'

/** Whom a store belongs to: all that it holds was signed by this key, for this contract on this chain. */
export interface StoreOwner extends Domain {
  readonly signer: Address
}

const OWNER = 'owner'

export const storeOwnerKind = recordKind<StoreOwner>(
  'store-owner/',
  struct<StoreOwner>({ chainId: uint, contract: address, signer: address }),
  () => OWNER,
)

/** What an owner is told by, with the words for people. */
const parts: readonly { readonly name: string; readonly of: (owner: StoreOwner) => string }[] = [
  { name: 'chain', of: ({ chainId }) => String(chainId) },
  { name: 'contract', of: ({ contract }) => contract },
  { name: 'signer', of: ({ signer }) => signer },
]

/**
 * Takes a store for an owner: notes it in a new store, and refuses a store of another chain, contract or signer before anything is written.
 *
 * @throws EngineError STORE_OF_ANOTHER
 */
export function takeStore(owners: Collection<string, StoreOwner>, owner: StoreOwner): void {
  const stored = owners.get(OWNER)
  if (stored === undefined) {
    owners.set(OWNER, owner)
    return
  }
  const different = parts.filter(({ of }) => of(stored) !== of(owner))
  if (different.length === 0) return
  const say = (from: StoreOwner) => different.map(({ name, of }) => `${name} ${of(from)}`).join(', ')
  throw new EngineError('STORE_OF_ANOTHER', { stored: say(stored), given: say(owner) })
}
