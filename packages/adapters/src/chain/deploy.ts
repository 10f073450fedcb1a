import { sluiceBytecode } from '@sluice/contracts'
import type { Address, Hex, Signer } from '@sluice/protocol'
import { ChainError } from './errors.ts'
import { currentFees } from './fees.ts'
import { openRpc, type Rpc, rpcError } from './rpc.ts'
import { signTransaction } from './sign.ts'

export interface DeployOptions {
  readonly url: string
  /** The chain's id must be this, if given. */
  readonly chainId?: bigint
  /** Pays the gas. */
  readonly signer: Signer
  /** Most to pay for a unit of gas, native base units. */
  readonly maxFeePerGas?: bigint
}

/** Where a contract came to stand. */
export interface Deployed {
  readonly contract: Address
  readonly chainId: bigint
  readonly block: bigint
  readonly transaction: Hex
  readonly gasUsed: bigint
}

async function send(rpc: Rpc, { chainId, signer, maxFeePerGas }: DeployOptions): Promise<Deployed> {
  const id = BigInt(await rpc.client.getChainId())
  if (chainId !== undefined && chainId !== id) {
    throw new ChainError('CHAIN_WRONG', { url: rpc.url, got: id, expected: chainId })
  }
  const account = signer.address
  const fees = await currentFees(rpc, maxFeePerGas)
  const gas = await estimate(rpc, account)
  const nonce = await rpc.client.getTransactionCount({ address: account, blockTag: 'pending' })
  const transaction = { type: 'eip1559', chainId: Number(id), nonce, gas, data: sluiceBytecode, ...fees } as const
  const { raw } = signTransaction(transaction, signer)
  const hash = await rpc.client.sendRawTransaction({ serializedTransaction: raw })
  const receipt = await rpc.client.waitForTransactionReceipt({ hash, pollingInterval: 250, timeout: 600_000 })
  if (receipt.status !== 'success' || !receipt.contractAddress) {
    throw new ChainError('CHAIN_DEPLOY_FAILED', { chainId: id, hash })
  }
  const contract = receipt.contractAddress.toLowerCase() as Hex
  return { contract, chainId: id, block: receipt.blockNumber, transaction: hash, gasUsed: receipt.gasUsed }
}

async function estimate(rpc: Rpc, account: Address): Promise<bigint> {
  const gas = await rpc.client.estimateGas({ account, data: sluiceBytecode })
  const balance = await rpc.client.getBalance({ address: account })
  if (balance === 0n) {
    throw new ChainError('CHAIN_FUNDS_TOO_LOW', { sender: account, balance, needed: gas, call: 'deploy' })
  }
  return (gas * 5n) / 4n
}

/**
 * Puts a Sluice contract on a chain. It has no owner: whoever deploys it has no more to say than anybody.
 *
 * @throws ChainError `CHAIN_UNREACHABLE`, `CHAIN_WRONG`, `CHAIN_FUNDS_TOO_LOW`, `CHAIN_FEE_TOO_HIGH`, `CHAIN_DEPLOY_FAILED`.
 */
export async function deploySluice(options: DeployOptions): Promise<Deployed> {
  const rpc = openRpc(options.url)
  try {
    return await send(rpc, options)
  } catch (cause) {
    throw rpcError(options.url, 'deploying', cause)
  } finally {
    await rpc.close()
  }
}
