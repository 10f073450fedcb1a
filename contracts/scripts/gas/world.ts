// What the gas scenes play in: a local chain, the deployed contract, two parties with keys, and everything signed.

import {
  type Abi,
  type Account,
  type Address,
  createTestClient,
  encodeAbiParameters,
  type Hex,
  http,
  keccak256,
  parseSignature,
  publicActions,
  signatureToCompactSignature,
  walletActions,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { sluiceAbi, sluiceBytecode } from '../../src-ts/index.ts'
import { artifact } from '../tools/artifact.ts'

/** A compact signature as the contract takes it. */
export interface Compact {
  r: Hex
  yParityAndS: Hex
}

/** The root of no locks, and every other empty word. */
export const zeroWord: Hex = `0x${'00'.repeat(32)}`

/** The native token. */
export const native: Address = `0x${'00'.repeat(20)}`

/** Gas of a whole transaction, and how many storage writes it made. */
export interface Cost {
  gas: number
  storageWrites: number
}

const signedTypes = {
  LaneVoucher: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'lane', type: 'uint8' },
    { name: 'seq', type: 'uint64' },
    { name: 'paid', type: 'uint128' },
    { name: 'locked', type: 'uint128' },
    { name: 'locksRoot', type: 'bytes32' },
  ],
  Voucher: [
    { name: 'virtualId', type: 'bytes32' },
    { name: 'amount', type: 'uint128' },
    { name: 'tickAnchor', type: 'bytes32' },
    { name: 'tickValue', type: 'uint128' },
    { name: 'tickCount', type: 'uint32' },
  ],
  Close: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'from', type: 'uint8' },
    { name: 'amount', type: 'uint128' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

/** The parties: a's key is the lower. Each is its own account, as most users are, and has a balance already. */
export function parties() {
  const two = [0, 1].map((addressIndex) => mnemonicToAccount(TEST_MNEMONIC, { addressIndex }))
  two.sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))
  const [a, b] = two
  if (a === undefined || b === undefined) throw new Error('two parties make a channel')
  return { a, b }
}

const TEST_MNEMONIC = 'test test test test test test test test test test test junk'

/** Hands out people without a balance, each once. */
export function strangersFrom(first: number) {
  let last = first
  return () => mnemonicToAccount(TEST_MNEMONIC, { addressIndex: ++last })
}

/** Hands out nonces of one minute, each once. */
export function noncesFrom(first: bigint) {
  let next = first
  return () => (29_000_000n << 32n) + next++ * 0x1234567n
}

/** Signs for one contract. */
export function signing(chainId: number, verifyingContract: Address) {
  return async (signer: Account, primaryType: keyof typeof signedTypes, message: Record<string, unknown>) => {
    if (!signer.signTypedData) throw new Error('a party signs by its own key')
    const domain = { name: 'Sluice', version: '1', chainId, verifyingContract }
    const signature = await signer.signTypedData({ domain, types: signedTypes, primaryType, message } as never)
    return signatureToCompactSignature(parseSignature(signature))
  }
}

/** Deploys the contract and a token on a chain, and hands out what the scenes need. */
export async function makeWorld(url: string) {
  const client = createTestClient({
    mode: 'anvil',
    pollingInterval: 5,
    cacheTime: 0,
    transport: http(url, { timeout: 120_000 }),
  })
    .extend(publicActions)
    .extend(walletActions)
  const chainId = await client.getChainId()
  const { a, b } = parties()
  const plain = artifact('PlainToken.sol', 'PlainToken')
  const sluice = await deploy(sluiceAbi, sluiceBytecode)
  const token = await deploy(plain.abi, plain.bytecode)

  async function deploy(abi: Abi, bytecode: Hex) {
    const hash = await client.deployContract({ abi, bytecode, account: a, chain: null })
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (!receipt.contractAddress) throw new Error('deployment failed')
    return { address: receipt.contractAddress, cost: await costOf(hash) }
  }

  async function costOf(hash: Hex): Promise<Cost> {
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`)
    return { gas: Number(receipt.gasUsed), storageWrites: await countWrites(hash) }
  }

  // By a request of our own: traces of batches are larger than what viem takes in, and only one word of them counts.
  async function countWrites(hash: Hex): Promise<number> {
    const options = { disableMemory: true, disableStack: true, disableStorage: true }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'debug_traceTransaction', params: [hash, options] })
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const text = await answer.text()
    if (!text.includes('"structLogs"')) throw new Error(`no trace of ${hash}: ${text.slice(0, 200)}`)
    return text.split('"op":"SSTORE"').length - 1
  }

  /** Sends a call and returns what it cost. */
  async function send(account: Account, address: Address, abi: Abi, functionName: string, args: unknown[], value = 0n) {
    const hash = await client.writeContract({ account, address, abi, functionName, args, value, chain: null })
    return costOf(hash)
  }

  const call = (account: Account, functionName: string, args: unknown[], value = 0n) =>
    send(account, sluice.address, sluiceAbi, functionName, args, value)

  return {
    a,
    b,
    sluice: sluice.address,
    token: token.address,
    deployCost: sluice.cost,
    call,
    sign: signing(chainId, sluice.address),
    tokenCall: (account: Account, functionName: string, args: unknown[]) =>
      send(account, token.address, plain.abi, functionName, args),
    read: (functionName: string, args: unknown[]): Promise<unknown> =>
      client.readContract({ address: sluice.address, abi: sluiceAbi as Abi, functionName, args }),
    stranger: strangersFrom(10),
    nextNonce: noncesFrom(1n),
    snapshot: (): Promise<Hex> => client.snapshot(),
    revert: async (id: Hex): Promise<void> => {
      await client.revert({ id })
    },
    skip: async (seconds: number): Promise<void> => {
      await client.increaseTime({ seconds })
      await client.mine({ blocks: 1 })
    },
  }
}

/** What the scenes play in. */
export type World = Awaited<ReturnType<typeof makeWorld>>

/** The condition of a lock that a virtual channel decides. */
export function conditionOf(sluice: Address, virtualId: Hex): Hex {
  return keccak256(
    encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }], [sluice, virtualId, 0]),
  )
}
