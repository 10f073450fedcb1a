import type { Address, ChannelTerms } from '@sluice/protocol'
import { ChainError } from './errors.ts'
import { rpcError } from './rpc/failures.ts'
import { openRpc, type Rpc } from './rpc/rpc.ts'

/** Mainnet, Calibration, and the chain id of local networks. */
const FILECOIN_CHAINS: readonly bigint[] = [314n, 314_159n, 31_415_926n]

/** How many times Ethereum's gas a call takes on Filecoin at most, by what was seen there. */
export const FILECOIN_SCALE = 450n

export const isFilecoin = (chainId: bigint): boolean => FILECOIN_CHAINS.includes(chainId)

/** The address form of an actor's id: 0xff, eleven zero bytes, eight bytes of id. */
const MASKED_ID = /^0xff0{22}[0-9a-f]{16}$/

/** What Lotus tells of an actor; older versions name the delegated address otherwise. */
interface Actor {
  readonly DelegatedAddress?: string | null
  readonly Address?: string | null
}

async function ask<T>(rpc: Rpc, method: string, params: readonly unknown[]): Promise<T> {
  try {
    return await rpc.client.request<{ Parameters: readonly unknown[]; ReturnType: T }>({ method, params } as never)
  } catch (cause) {
    throw rpcError(rpc.url, method, cause)
  }
}

/** The Ethereum address of the account or contract whose masked id this is; undefined for a native actor's. */
async function addressBehind(rpc: Rpc, masked: Address): Promise<Address | undefined> {
  const id = BigInt(`0x${masked.slice(-16)}`)
  const { DelegatedAddress, Address: former } = await ask<Actor>(rpc, 'Filecoin.StateGetActor', [`f0${id}`, null])
  const delegated = DelegatedAddress ?? former
  if (!delegated?.slice(1).startsWith('410f')) return undefined
  const address = await ask<string>(rpc, 'Filecoin.FilecoinAddressToEthAddress', [delegated])
  return address.toLowerCase() as Address
}

/**
 * Refuses terms that name an Ethereum account or contract by its masked id. It is known to contracts by its address: under the id it could
 * neither start a close nor redirect a credit. Native actors have no other name, and are taken.
 *
 * @throws ChainError `CHAIN_ACCOUNT_MASKED`; `CHAIN_RPC_FAILED` where the node does not tell.
 */
export async function refuseMasked(rpc: Rpc, chainId: bigint, { a, b }: ChannelTerms): Promise<void> {
  if (!FILECOIN_CHAINS.includes(chainId)) return
  for (const { account } of [a, b]) {
    const address = MASKED_ID.test(account) ? await addressBehind(rpc, account) : undefined
    if (address !== undefined) throw new ChainError('CHAIN_ACCOUNT_MASKED', { account, address })
  }
}

/**
 * An account under the name that contracts know it by: of the masked id of an Ethereum account or contract on Filecoin, its address. All
 * else is returned as it is, without asking anybody.
 *
 * @param url The chain's RPC.
 * @throws ChainError `CHAIN_UNREACHABLE`, `CHAIN_RPC_FAILED` where the node does not tell.
 */
export async function resolveAccount(url: string, account: Address): Promise<Address> {
  if (!MASKED_ID.test(account)) return account
  const rpc = openRpc(url)
  try {
    const chainId = BigInt(await ask<string>(rpc, 'eth_chainId', []))
    return (FILECOIN_CHAINS.includes(chainId) ? await addressBehind(rpc, account) : undefined) ?? account
  } finally {
    await rpc.close()
  }
}
