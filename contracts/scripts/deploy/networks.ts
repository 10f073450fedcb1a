// The networks that the script knows by name.

/** A chain to deploy to. */
export interface Network {
  readonly name: string
  /** The chain must have this id; any, if undefined. */
  readonly chainId?: number
  /** Where its JSON-RPC answers. */
  readonly url: string
  /** A chain for trying things out, where the node itself can be told to put code somewhere. */
  readonly local: boolean
}

const named: readonly Network[] = [
  { name: 'local', url: 'http://127.0.0.1:8545', local: true },
  { name: 'calibration', chainId: 314159, url: 'https://api.calibration.node.glif.io/rpc/v1', local: false },
  { name: 'mainnet', chainId: 314, url: 'https://api.node.glif.io/rpc/v1', local: false },
]

/** What the command line may say of the network. */
export interface NetworkChoice {
  readonly network?: string | undefined
  readonly url?: string | undefined
  readonly chainId?: string | undefined
}

/**
 * Which network is meant.
 *
 * @throws Error if it is not said, or not known.
 */
export function chooseNetwork({ network, url, chainId }: NetworkChoice): Network {
  const expected = chainId === undefined ? {} : { chainId: parseChainId(chainId) }
  if (network === undefined) {
    if (url === undefined)
      throw new Error(`say which network: --network ${nameList()}, or --url with any EVM chain's JSON-RPC`)
    return { name: 'custom', url, local: false, ...expected }
  }
  const found = named.find(({ name }) => name === network)
  if (found === undefined) throw new Error(`there is no network '${network}': use ${nameList()}, or --url`)
  return { ...found, ...(url === undefined ? {} : { url }), ...expected }
}

function nameList(): string {
  return named.map(({ name }) => name).join('|')
}

function parseChainId(text: string): number {
  const id = Number(text)
  if (!Number.isSafeInteger(id) || id <= 0) throw new Error(`'${text}' is not a chain id`)
  return id
}
