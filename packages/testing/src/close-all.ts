import type { Engine } from '@sluice/engine'
import type { Address, Hex } from '@sluice/protocol'

/** What the chain says once all channels are closed. */
export interface Audit {
  /** All that the parties had at the beginning they have again but for gas, and the contract holds nothing. */
  readonly conserved: boolean
  /** Transactions that the parties sent, the opening of their channels counted in. */
  readonly transactions: number
  /** Paid for gas, base units. */
  readonly gas: bigint
}

interface Block {
  readonly transactions: readonly { readonly hash: Hex; readonly from: string }[]
}

interface TransactionReceipt {
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
}

/** Closes every open channel of the engines. */
export async function closeAll(engines: readonly Engine[]): Promise<void> {
  for (const engine of engines) {
    for (const { channelId, status } of engine.channels()) if (status === 'open') await engine.closeChannel(channelId)
  }
}

/** Adds up what a chain of one's own says of some accounts and a contract, from its first block on. */
export async function auditChain(url: string, contract: Address, accounts: readonly Address[]): Promise<Audit> {
  const ask = (method: string, ...params: readonly unknown[]) => callChain(url, method, params)
  const balance = async (account: Address, block: string) =>
    BigInt((await ask('eth_getBalance', account, block)) as Hex)
  const sum = async (block: string): Promise<bigint> => {
    const balances = await Promise.all(accounts.map((account) => balance(account, block)))
    return balances.reduce((all, one) => all + one, 0n)
  }
  const newest = Number(await ask('eth_blockNumber'))
  let transactions = 0
  let gas = 0n
  for (let number = 0; number <= newest; number++) {
    const block = (await ask('eth_getBlockByNumber', `0x${number.toString(16)}`, true)) as Block
    for (const { hash, from } of block.transactions) {
      if (!accounts.includes(from.toLowerCase() as Address)) continue
      const { gasUsed, effectiveGasPrice } = (await ask('eth_getTransactionReceipt', hash)) as TransactionReceipt
      transactions += 1
      gas += BigInt(gasUsed) * BigInt(effectiveGasPrice)
    }
  }
  const isEmpty = (await balance(contract, 'latest')) === 0n
  return { conserved: isEmpty && (await sum('0x0')) === (await sum('latest')) + gas, transactions, gas }
}

async function callChain(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  const { result } = (await response.json()) as { result?: unknown }
  if (result === undefined) throw new Error(`the chain does not answer ${method}`)
  return result
}
