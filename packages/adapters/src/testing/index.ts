import { hexToBytes, type Signer } from '@sluice/protocol'
import { developmentKeys } from '@sluice/protocol/testing'
import { type Deployed, deploySluice } from '../chain/deploy.ts'
import { createNodeCrypto, type KeyedCrypto } from '../crypto/node.ts'
import { type Anvil, type AnvilOptions, startAnvil } from './anvil.ts'

export { type Anvil, type AnvilOptions, anvilBinary, startAnvil } from './anvil.ts'

/** The signer of one of the well-known development keys, which every anvil gives 10,000 coins. */
export function developmentSigner(crypto: KeyedCrypto, index: number): Signer {
  const key = developmentKeys[index]
  if (key === undefined) throw new RangeError(`there is no development key ${index}`)
  return crypto.signer(hexToBytes(key))
}

/** A local chain with a Sluice on it. */
export interface LocalChain extends Anvil {
  readonly deployed: Deployed
}

/** Starts anvil and deploys on it, by the first development key. */
export async function startLocalChain(options: AnvilOptions = {}): Promise<LocalChain> {
  const anvil = await startAnvil(options)
  try {
    const crypto = await createNodeCrypto()
    const signer = developmentSigner(crypto, 0)
    return { ...anvil, deployed: await deploySluice({ url: anvil.url, chainId: anvil.chainId, signer }) }
  } catch (error) {
    await anvil.stop()
    throw error
  }
}
