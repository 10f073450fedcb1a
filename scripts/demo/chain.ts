import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sluiceAbi } from '@sluice/contracts'
import { decodeFunctionData, type Hex } from 'viem'
import type { Children } from './children.ts'

/** A local chain. */
export interface LocalChain {
  readonly url: string
  /** A plain JSON-RPC call. */
  readonly call: <T>(method: string, params: readonly unknown[]) => Promise<T>
}

/** The chain's program, taken from the platform's package itself: it needs no install script. */
export function anvilPath(): string {
  const folder = fileURLToPath(new URL('../../node_modules/@foundry-rs/', import.meta.url))
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const name = readdirSync(folder).find((entry) => entry === `anvil-${process.platform}-${cpu}`)
  if (name === undefined)
    throw new Error(`there is no anvil for ${process.platform} on ${process.arch} in node_modules`)
  return `${folder}${name}/bin/anvil`
}

/** Starts a chain with blocks of a second whose blocks are final two blocks later. */
export async function startChain(children: Children, chainId: number): Promise<LocalChain> {
  const args = ['--host', '127.0.0.1', '--port', '0', '--chain-id', `${chainId}`, '--block-time', '1']
  const url = await new Promise<string>((resolve, reject) => {
    const child = children.start({
      name: 'anvil',
      command: anvilPath(),
      args: [...args, '--slots-in-an-epoch', '1'],
      onLine: (line) => {
        const match = /Listening on (127\.0\.0\.1:\d+)/.exec(line)
        if (match !== null) resolve(`http://${match[1]}`)
      },
    })
    child.ended.then(() => reject(new Error(`anvil did not start: ${child.complaint()}`)), reject)
  })
  return { url, call: (method, params) => callChain(url, method, params) }
}

async function callChain<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = (await response.json()) as { result?: T; error?: { message: string } }
  if (answer.error !== undefined) throw new Error(`the chain refuses ${method}: ${answer.error.message}`)
  return answer.result as T
}

/** Gives an account native coins from one that the local chain holds the key of. */
export async function fund(chain: LocalChain, to: string, amount: bigint): Promise<void> {
  const [from] = await chain.call<readonly string[]>('eth_accounts', [])
  const value = `0x${amount.toString(16)}`
  await waitForReceipt(chain, await chain.call<string>('eth_sendTransaction', [{ from, to, value }]))
}

async function waitForReceipt(chain: LocalChain, hash: string): Promise<void> {
  while ((await chain.call<unknown>('eth_getTransactionReceipt', [hash])) === null) await nextBlock(chain)
}

async function nextBlock(chain: LocalChain): Promise<void> {
  const number = await chain.call<string>('eth_blockNumber', [])
  while ((await chain.call<string>('eth_blockNumber', [])) === number)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** What an account has, base units. */
export async function balanceOf(chain: LocalChain, account: string): Promise<bigint> {
  return BigInt(await chain.call<string>('eth_getBalance', [account, 'latest']))
}

/** A transaction to the contract. */
export interface ContractTransaction {
  readonly from: string
  readonly call: string
  readonly gas: bigint
  /** What its sender paid for the gas, base units. */
  readonly cost: bigint
}

interface Block {
  readonly transactions: readonly {
    readonly hash: string
    readonly from: string
    readonly to: string | null
    readonly input: Hex
  }[]
}

interface Receipt {
  readonly gasUsed: string
  readonly effectiveGasPrice: string
}

/** Every transaction to a contract up to the newest block, read block by block. */
export async function transactionsTo(chain: LocalChain, contract: string): Promise<readonly ContractTransaction[]> {
  const newest = Number(await chain.call<string>('eth_blockNumber', []))
  const found: ContractTransaction[] = []
  for (let number = 0; number <= newest; number += 1) {
    const block = await chain.call<Block>('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])
    for (const { hash, from, to, input } of block.transactions) {
      if (to?.toLowerCase() !== contract) continue
      const receipt = await chain.call<Receipt>('eth_getTransactionReceipt', [hash])
      const gas = BigInt(receipt.gasUsed)
      found.push({
        from: from.toLowerCase(),
        call: callName(input),
        gas,
        cost: gas * BigInt(receipt.effectiveGasPrice),
      })
    }
  }
  return found
}

function callName(input: Hex): string {
  try {
    return decodeFunctionData({ abi: sluiceAbi, data: input }).functionName
  } catch {
    return input.slice(0, 10)
  }
}
