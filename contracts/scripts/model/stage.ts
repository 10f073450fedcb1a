// A local chain with the contract, on which each step is a block of its own at a time that the test sets.

import {
  type Address,
  createTestClient,
  decodeErrorResult,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  http,
  type Log,
  parseEventLogs,
  parseSignature,
  publicActions,
  signatureToCompactSignature,
  toFunctionSelector,
  walletActions,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { sluiceAbi } from '../../abi/sluice-abi.ts'
import { sluiceBytecode } from '../../abi/sluice-bytecode.ts'
import { noSignature } from '../tools/nothing.ts'
import type { Refusal } from './state.ts'

const uint = (name: string, bits: number) => ({ name, type: `uint${bits}` })
const word = (name: string) => ({ name, type: 'bytes32' })
const address = (name: string) => ({ name, type: 'address' })

/** Everything that is signed or makes an id. */
export const types = {
  Party: [address('account'), address('signer')],
  ChannelTerms: [
    { name: 'a', type: 'Party' },
    { name: 'b', type: 'Party' },
    address('token'),
    uint('disputeWindow', 32),
    uint('nonce', 64),
  ],
  VirtualTerms: [
    { name: 'path', type: 'address[]' },
    address('token'),
    uint('capacity', 128),
    uint('disputeWindow', 32),
    uint('nonce', 64),
  ],
  LaneVoucher: [
    word('channelId'),
    uint('lane', 8),
    uint('seq', 64),
    uint('paid', 128),
    uint('locked', 128),
    word('locksRoot'),
  ],
  Voucher: [word('virtualId'), uint('amount', 128), word('tickAnchor'), uint('tickValue', 128), uint('tickCount', 32)],
  Close: [word('channelId'), uint('from', 8), uint('amount', 128), uint('deadline', 64)],
  Withdrawal: [word('channelId'), uint('party', 8), uint('total', 128), uint('deadline', 64)],
}

/** Six people with keys; the chain knows them, so that they send without signing here. */
export const people = Array.from({ length: 6 }, (_, addressIndex) =>
  mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex }),
).sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))

/** Deploys the contract on a chain. */
export async function makeStage(url: string) {
  const client = createTestClient({ mode: 'anvil', pollingInterval: 5, cacheTime: 0, transport: http(url) })
    .extend(publicActions)
    .extend(walletActions)
  const from = people[0]?.address
  if (from === undefined) throw new Error('nobody to deploy')
  const hash = await client.deployContract({ abi: sluiceAbi, bytecode: sluiceBytecode, account: from, chain: null })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  if (!contractAddress) throw new Error('not deployed')
  const sluice = contractAddress
  const domain = { name: 'Sluice', version: '1', chainId: await client.getChainId(), verifyingContract: sluice }

  const digestOf = (primaryType: keyof typeof types, message: object): Hex =>
    hashTypedData({ domain, types, primaryType, message } as never)

  return {
    client,
    sluice,
    digestOf,

    /** A signature over a digest by one of the people, or none. */
    async sign(signer: Address | undefined, digest: Hex) {
      const person = people.find((one) => one.address === signer)
      if (person === undefined) return noSignature
      return signatureToCompactSignature(parseSignature(await person.sign({ hash: digest })))
    },

    /** Makes a call in a block at this time. @returns Why it was refused, if it was. */
    async act(now: bigint, sender: Address, functionName: string, args: unknown[], value = 0n) {
      const data = encodeFunctionData({ abi: sluiceAbi, functionName, args } as never)
      await client.setNextBlockTimestamp({ timestamp: now })
      const sent = await client.sendTransaction({
        account: sender,
        to: sluice,
        data,
        value,
        gas: 3_000_000n,
        chain: null,
      })
      const receipt = await client.waitForTransactionReceipt({ hash: sent })
      return receipt.status === 'success' ? skippedIn(receipt.logs) : refusalOf(sent)
    },
  }

  async function refusalOf(sent: Hex): Promise<Refusal> {
    const trace: { output: Hex } = await client.request({
      method: 'debug_traceTransaction' as never,
      params: [sent, { tracer: 'callTracer' }] as never,
    })
    const { errorName, args } = decodeErrorResult({ abi: sluiceAbi, data: trace.output })
    return { name: errorName, args: args ?? [] }
  }
}

/** What a batch of one item skipped it for. */
function skippedIn(logs: Log[]): Refusal | undefined {
  const [skipped] = parseEventLogs({ abi: sluiceAbi, eventName: 'Skipped', logs })
  if (skipped === undefined) return
  for (const one of sluiceAbi) {
    if (one.type !== 'error') continue
    const selector = toFunctionSelector(`${one.name}(${one.inputs.map(({ type }) => type)})`)
    if (selector === skipped.args.reason) return { name: one.name, args: [] }
  }
  throw new Error(`no error has the selector ${skipped.args.reason}`)
}

/** Where the differential test plays. */
export type Stage = Awaited<ReturnType<typeof makeStage>>
