// The gas scenes' world on Filecoin's own virtual machine.

import {
  type Abi,
  type Account,
  type Address,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  getContractAddress,
  type Hex,
} from 'viem'
import { sluiceAbi, sluiceBytecode } from '../../../src-ts/index.ts'
import { artifact } from '../../tools/artifact.ts'
import { type Cost, noncesFrom, parties, signing, strangersFrom, type World } from '../world.ts'
import type { FvmReceipt, FvmRunner } from './runner.ts'

/** Mainnet's chain id, and an epoch and time of it. */
const CHAIN_ID = 314
const EPOCH = 6_600_000
const EPOCH_SECONDS = 30
const GENESIS = 1_598_306_400
const BALANCE = 10n ** 22n
/** All the gas of a block, which is the most that a message may ask for. */
const BLOCK_GAS = 10_000_000_000

/** Which machine. */
export interface Machine {
  /** Path of a CAR with the actors of a release. */
  readonly bundle: string
  /** Version of the network. */
  readonly version: number
}

/** Deploys the contract and a token on a fresh network, and hands out what the scenes need. Storage writes are not counted there. */
export async function makeFvmWorld(runner: FvmRunner, { bundle, version }: Machine): Promise<World> {
  const timestamp = GENESIS + EPOCH_SECONDS * EPOCH
  await runner.ask({ op: 'genesis', bundle, nv: version, chainId: CHAIN_ID, epoch: EPOCH, timestamp })
  const { a, b } = parties()
  for (const { address } of [a, b]) {
    await runner.ask({ op: 'put', kind: 'placeholder', eth: lower(address), balance: `${BALANCE}` })
  }
  const plain = artifact('PlainToken.sol', 'PlainToken')
  /** While true, messages are tried and change nothing. */
  let isTrying = false

  async function send(from: Account, to: Address | null, data: Hex, value = 0n): Promise<FvmReceipt> {
    const message = { from: lower(from.address), to, data, value: `${value}` }
    const tried = await runner.ask<FvmReceipt>({ op: 'try', ...message })
    if (isTrying || tried.exit !== 0) return tried
    // as Lotus does: what it took, and a quarter more
    const gasLimit = Math.min(BLOCK_GAS, Math.ceil(tried.gas * 1.25))
    const done = await runner.ask<FvmReceipt>({ op: 'tx', ...message, gasLimit })
    await runner.ask({ op: 'advance', epochs: 1 })
    return done
  }

  async function deploy(bytecode: Hex): Promise<{ address: Address; cost: Cost }> {
    const { nonce } = await runner.ask<{ readonly nonce: number }>({ op: 'actor', who: lower(a.address) })
    const cost = costOf('deploying', [], await send(a, null, bytecode))
    return { address: lower(getContractAddress({ from: a.address, nonce: BigInt(nonce) })), cost }
  }

  async function call(from: Account, to: Address, abi: Abi, functionName: string, args: unknown[], value = 0n) {
    const data = encodeFunctionData({ abi, functionName, args })
    return costOf(functionName, abi, await send(from, to, data, value))
  }

  const sluice = await deploy(sluiceBytecode)
  const token = await deploy(plain.bytecode)
  return {
    a,
    b,
    sluice: sluice.address,
    token: token.address,
    deployCost: sluice.cost,
    call: (from, functionName, args, value) => call(from, sluice.address, sluiceAbi as Abi, functionName, args, value),
    sign: signing(CHAIN_ID, sluice.address),
    tokenCall: (from, functionName, args) => call(from, token.address, plain.abi, functionName, args),
    async read(functionName, args) {
      const data = encodeFunctionData({ abi: sluiceAbi as Abi, functionName, args })
      const message = { from: lower(a.address), to: sluice.address, data, value: '0' }
      const answer = await runner.ask<FvmReceipt>({ op: 'try', ...message })
      costOf(functionName, sluiceAbi as Abi, answer)
      return decodeFunctionResult({ abi: sluiceAbi as Abi, functionName, data: answer.returned })
    },
    stranger: strangersFrom(10),
    nextNonce: noncesFrom(1n),
    async snapshot() {
      isTrying = true
      return '0x'
    },
    async revert() {
      isTrying = false
    },
    async skip(seconds) {
      await runner.ask({ op: 'advance', epochs: Math.ceil(seconds / EPOCH_SECONDS) + 1 })
    },
  }
}

const lower = (address: Address) => address.toLowerCase() as Address

function costOf(what: string, abi: Abi | readonly [], { exit, gas, returned, failure }: FvmReceipt): Cost {
  if (exit !== 0) throw new Error(`${what}: exit ${exit}, ${refusalIn(abi, returned) ?? failure ?? 'without a reason'}`)
  return { gas, storageWrites: 0 }
}

function refusalIn(abi: Abi | readonly [], data: Hex): string | undefined {
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: abi as Abi, data })
    return `${errorName}(${args.join(', ')})`
  } catch {
    return undefined
  }
}
