// The factory, or a word about what to do where there is none.

import { type Deployer, placeFactory } from '../../src-ts/deploying.ts'
import { singletonFactory } from '../../src-ts/deployment.ts'

/**
 * Sees to it that the factory stands.
 *
 * @param deployer - Pays, if it has to be put there.
 * @throws Error if it is not there and cannot be put there.
 */
export async function ensureFactory(deployer: Deployer): Promise<void> {
  const state = await placeFactory(deployer)
  const { chainId } = deployer
  if (state === 'foreign')
    throw new Error(`chain ${chainId}: other code than the factory's stands at ${singletonFactory}`)
  if (state === 'missing')
    throw new Error(`chain ${chainId} has no factory at ${singletonFactory}: ask Safe for it (safe-singleton-factory)`)
}
