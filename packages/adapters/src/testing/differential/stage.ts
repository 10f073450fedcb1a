// A local chain with the contract and its surroundings, on which each call is a block of its own at a time that the test sets.

import { permit2, sluiceBytecode } from '@sluice/contracts'
import type { ContractCall, Refusal } from '@sluice/engine/testing'
import { type Address, createDigests, type Digests, type Hex, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import {
  createTestClient,
  encodeDeployData,
  encodeFunctionData,
  erc20Abi,
  http,
  type Log,
  numberToHex,
  publicActions,
} from 'viem'
import { createNodeCrypto, type KeyedCrypto } from '../../crypto/node.ts'
import { type Anvil, developmentSigner, startAnvil } from '../../local-chain/index.ts'
import { decodeRefusal } from './decode.ts'
import { encode } from './encode.ts'
import { permit2Code, refusingCode, surroundingsAbi, takingCode, tokenCode } from './surroundings.ts'

interface Sent {
  readonly from: Address
  readonly to?: Address
  readonly data: Hex
  readonly value?: bigint
}

interface Receipt {
  readonly status: Hex
  readonly logs: readonly Log[]
  readonly transactionHash: Hex
  readonly contractAddress: Address | null
}

/** What a call came to on the chain. */
export interface Outcome {
  readonly refusal?: Refusal
  readonly logs: readonly Log[]
}

/** Where the differential test plays. */
export interface Stage extends AsyncDisposable {
  readonly crypto: KeyedCrypto
  readonly digests: Digests
  readonly client: ReturnType<typeof connect>
  readonly contract: Address
  readonly token: Address
  /** Who has money and tokens, ascending by address. */
  readonly people: readonly Signer[]
  /** Makes a call in a block at this time. */
  act(now: bigint, sender: Address, call: ContractCall): Promise<Outcome>
  /** Puts code where somebody's account is. */
  putCode(address: Address, code: Hex): Promise<void>
  /** Makes an account refuse native money and tokens, or take them again. */
  setRefusing(account: Address, isRefusing: boolean): Promise<void>
  balance(token: Address, account: Address): Promise<bigint>
  allowance(owner: Address): Promise<bigint>
}

const PEOPLE = 6
const GAS = 10_000_000n

function connect(url: string) {
  // one request holds all that is asked at once
  const transport = http(url, { batch: { wait: 0 } })
  return createTestClient({ mode: 'anvil', cacheTime: 0, transport }).extend(publicActions)
}

/** Starts a chain and deploys everything. */
export async function makeStage(): Promise<Stage> {
  const anvil: Anvil = await startAnvil()
  const client = connect(anvil.url)
  const crypto = await createNodeCrypto()
  const signers = Array.from({ length: PEOPLE }, (_, index) => developmentSigner(crypto, index))
  const people = signers.toSorted((x, y) => (x.address < y.address ? -1 : 1))
  const owners = people.map(({ address }) => address)
  const [from] = owners
  if (from === undefined) throw new RangeError('there is somebody to deploy')
  // gas is free, so that balances change by the contract alone; and whoever acts needs no key here
  await anvil.rpc('anvil_setNextBlockBaseFeePerGas', '0x0')
  await anvil.rpc('anvil_autoImpersonateAccount', true)
  const send = (transaction: Sent): Promise<Receipt> =>
    anvil.rpc<Receipt>('eth_sendTransactionSync', {
      ...transaction,
      value: numberToHex(transaction.value ?? 0n),
      gas: numberToHex(GAS),
      gasPrice: '0x0',
    })
  const deploy = async (data: Hex): Promise<Address> => {
    const { contractAddress } = await send({ from, data })
    if (contractAddress === null) throw new Error('not deployed')
    return contractAddress
  }
  const contract = await deploy(sluiceBytecode)
  const args = [owners, contract] as const
  const token = await deploy(encodeDeployData({ abi: surroundingsAbi, bytecode: tokenCode(), args }))
  await client.setCode({ address: permit2, bytecode: permit2Code() })

  const refusalOf = async (hash: Hex): Promise<Refusal> => {
    const { output } = await anvil.rpc<{ output: Hex }>('debug_traceTransaction', hash, { tracer: 'callTracer' })
    return decodeRefusal(output)
  }
  return {
    crypto,
    digests: createDigests({ chainId: anvil.chainId, contract }, crypto),
    client,
    contract,
    token,
    people,
    async act(now, sender, call) {
      await client.setNextBlockTimestamp({ timestamp: now })
      const { status, logs, transactionHash } = await send({ from: sender, to: contract, ...encode(call) })
      if (status === '0x0') return { refusal: await refusalOf(transactionHash), logs: [] }
      return { logs: logs.filter(({ address }) => address === contract) }
    },
    putCode: (address, bytecode) => client.setCode({ address, bytecode }),
    async setRefusing(account, isRefusing) {
      await client.setCode({ address: account, bytecode: isRefusing ? refusingCode : takingCode })
      const args = [account, isRefusing] as const
      await send({ from, to: token, data: encodeFunctionData({ abi: surroundingsAbi, functionName: 'refuse', args }) })
    },
    balance: (of, account) =>
      of === NATIVE_TOKEN
        ? client.getBalance({ address: account })
        : client.readContract({ abi: surroundingsAbi, address: of, functionName: 'balanceOf', args: [account] }),
    allowance: (owner) =>
      client.readContract({ abi: erc20Abi, address: token, functionName: 'allowance', args: [owner, contract] }),
    [Symbol.asyncDispose]: () => anvil.stop(),
  }
}
