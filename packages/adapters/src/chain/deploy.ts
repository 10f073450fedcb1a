import { sluiceBytecode } from '@sluice/contracts'
import { type Call, type Deployer, placeContract, placeFactory } from '@sluice/contracts/deploying'
import { plannedAddress, plannedContract, singletonFactory } from '@sluice/contracts/deployment'
import type { Address, Hex, Signer } from '@sluice/protocol'
import { publicActions, type TransactionReceipt, testActions } from 'viem'
import { ChainError } from './errors.ts'
import { rpcError } from './rpc/failures.ts'
import { openRpc, type Rpc } from './rpc/rpc.ts'
import { currentFees } from './transactions/fees.ts'
import { signTransaction } from './transactions/sign.ts'

export interface DeployOptions {
  readonly url: string
  /** The chain's id must be this, if given. */
  readonly chainId?: bigint
  /** Pays the gas. */
  readonly signer: Signer
  /** Most to pay for a unit of gas, native base units. */
  readonly maxFeePerGas?: bigint
  /** Deploy by a transaction of the signer's own, at an address that nobody can know before: for chains without the factory. */
  readonly plain?: boolean
  /** 32 bytes that make an instance of its own, at an address that follows from them. Of no use together with `plain`. */
  readonly salt?: Hex
}

interface Created {
  readonly block: bigint
  readonly transaction: Hex
  readonly gasUsed: bigint
}

/** Where the contract stands. */
export interface Deployed {
  readonly contract: Address
  readonly chainId: bigint
  /** The transaction that put it there; none if it stood there before. */
  readonly created?: Created
}

/** Deploying asks much that following a chain does not: all that viem knows to ask. */
const withActions = (rpc: Rpc) => ({ ...rpc, client: rpc.client.extend(publicActions) })
type DeployRpc = ReturnType<typeof withActions>

/** A call, or with `to` left out a creation. */
type Transaction = Omit<Call, 'to'> & Partial<Pick<Call, 'to'>>

/** How long a transaction is waited for, milliseconds: Filecoin makes a block in 30 s, and there may be a queue. */
const PATIENCE = 600_000

async function mined(rpc: DeployRpc, chainId: bigint, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await rpc.client.waitForTransactionReceipt({ hash, pollingInterval: 250, timeout: PATIENCE })
  if (receipt.status !== 'success') throw new ChainError('CHAIN_DEPLOY_FAILED', { chainId, hash })
  return receipt
}

async function send(
  rpc: DeployRpc,
  { signer, maxFeePerGas }: DeployOptions,
  chainId: bigint,
  transaction: Transaction,
): Promise<TransactionReceipt> {
  const { address: account } = signer
  const [fees, estimate, balance] = await Promise.all([
    currentFees(rpc, maxFeePerGas),
    rpc.client.estimateGas({ account, ...transaction }),
    rpc.client.getBalance({ address: account }),
  ])
  const gas = (estimate * 5n) / 4n
  const needed = gas * fees.maxFeePerGas + (transaction.value ?? 0n)
  if (balance < needed) {
    throw new ChainError('CHAIN_FUNDS_TOO_LOW', { sender: account, balance, needed, call: 'deploy' })
  }
  const nonce = await rpc.client.getTransactionCount({ address: account, blockTag: 'pending' })
  const prepared = { type: 'eip1559', chainId: Number(chainId), nonce, gas, ...transaction, ...fees } as const
  const { raw } = signTransaction(prepared, signer)
  return mined(rpc, chainId, await rpc.client.sendRawTransaction({ serializedTransaction: raw }))
}

/** anvil can be told to put code anywhere; other nodes cannot, and anvil is never a public chain's. */
async function developmentOf({ client }: DeployRpc): Promise<Pick<Deployer, 'setCode'>> {
  const version = await client.request({ method: 'web3_clientVersion' }).catch(() => '')
  if (!version.startsWith('anvil/')) return {}
  const node = client.extend(testActions({ mode: 'anvil' }))
  return { setCode: (address, bytecode) => node.setCode({ address, bytecode }) }
}

async function deployByFactory(rpc: DeployRpc, options: DeployOptions, chainId: bigint): Promise<Deployed> {
  const deployer: Deployer = {
    chainId: Number(chainId),
    client: rpc.client,
    send: (call) => send(rpc, options, chainId, call),
    mined: (hash) => mined(rpc, chainId, hash),
    ...(await developmentOf(rpc)),
  }
  if ((await placeFactory(deployer)) !== 'standing') {
    throw new ChainError('CHAIN_NO_FACTORY', { chainId, factory: singletonFactory })
  }
  const planned = plannedContract('Sluice', options.salt)
  const receipt = await placeContract(deployer, planned)
  return { contract: planned.address, chainId, ...(receipt !== undefined && { created: createdBy(receipt) }) }
}

async function deployPlainly(rpc: DeployRpc, options: DeployOptions, chainId: bigint): Promise<Deployed> {
  const receipt = await send(rpc, options, chainId, { data: sluiceBytecode })
  const { contractAddress, transactionHash: hash } = receipt
  if (!contractAddress) throw new ChainError('CHAIN_DEPLOY_FAILED', { chainId, hash })
  return { contract: contractAddress.toLowerCase() as Address, chainId, created: createdBy(receipt) }
}

function createdBy({ blockNumber, transactionHash, gasUsed }: TransactionReceipt): Created {
  return { block: blockNumber, transaction: transactionHash, gasUsed }
}

async function deploy(rpc: DeployRpc, options: DeployOptions): Promise<Deployed> {
  const { chainId: expected, plain = false } = options
  const chainId = BigInt(await rpc.client.getChainId())
  if (expected !== undefined && expected !== chainId) {
    throw new ChainError('CHAIN_WRONG', { url: rpc.url, got: chainId, expected })
  }
  return plain ? deployPlainly(rpc, options, chainId) : deployByFactory(rpc, options, chainId)
}

/**
 * Puts the Sluice contract on a chain, at the address that it has on every chain, unless it stands there already. It has no owner: whoever
 * deploys it has no more to say than anybody.
 *
 * It goes through Safe's singleton factory. Where that is missing, Safe's own transaction for the chain puts it there if this version
 * holds one (Filecoin's chains), and anvil is told to put it there.
 *
 * @throws ChainError `CHAIN_UNREACHABLE`, `CHAIN_WRONG`, `CHAIN_NO_FACTORY`, `CHAIN_FUNDS_TOO_LOW`, `CHAIN_FEE_TOO_HIGH`, `CHAIN_DEPLOY_FAILED`.
 *   RangeError for a salt that is not of 32 bytes.
 * @example
 * ```ts
 * const { contract, created } = await deploySluice({ url: 'http://127.0.0.1:8545', signer })
 * ```
 */
export async function deploySluice(options: DeployOptions): Promise<Deployed> {
  // a wrong salt is the caller's fault, not the chain's
  plannedAddress('Sluice', options.salt)
  const rpc = openRpc(options.url)
  try {
    return await deploy(withActions(rpc), options)
  } catch (cause) {
    throw rpcError(options.url, 'deploying', cause)
  } finally {
    await rpc.close()
  }
}
