// Where the samples of the pages are played: a local chain with the contracts, two parties with keys, and a clock that can be set on.

import {
  type Abi,
  type Address,
  defineChain,
  type Hex,
  type LocalAccount,
  type TransactionReceipt,
  zeroAddress,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { sluiceAbi } from '../../../abi/sluice-abi.ts'
import { sluiceBytecode } from '../../../abi/sluice-bytecode.ts'
import type { VirtualTerms } from '../../../src-ts/redemptions.ts'
import type { ChannelTerms } from '../../../src-ts/terms.ts'
import { artifact } from '../../tools/artifact.ts'
import type { SignedLane } from '../samples/disputes.ts'
import { compact, connect, domainOf, mined, noSignature, noVoucher, signedTypes } from '../samples/setup.ts'
import { virtualIdOf } from '../samples/virtuals.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'
export const WINDOW = 86_400
export const UNIT = 10n ** 15n

export type Stage = Awaited<ReturnType<typeof createStage>>

/** Deploys Sluice on a local chain. The nonces of terms rise from the same number each time, so that gas is the same each time. */
export async function createStage(url: string) {
  const chain = defineChain({
    id: 314,
    name: 'local',
    nativeCurrency: { name: 'coin', symbol: 'COIN', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const [lower, higher] = [0, 1]
    .map((addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex }) as LocalAccount)
    .sort((x, y) => (x.address.toLowerCase() < y.address.toLowerCase() ? -1 : 1))
  if (lower === undefined || higher === undefined) throw new Error('two parties make a channel')
  const [a, b] = [connect(lower, chain, url), connect(higher, chain, url)]
  for (const client of [a, b]) client.pollingInterval = 5
  const gas: Record<string, number> = {}
  let nonce = 29_000_000n << 32n

  const rpc = (method: string, ...params: unknown[]) => a.request({ method, params } as never)

  async function deploy(abi: Abi, bytecode: Hex, args: readonly unknown[] = []): Promise<Address> {
    const { contractAddress } = await mined(a, await a.deployContract({ abi, bytecode, args }))
    if (!contractAddress) throw new Error('nothing was deployed')
    return contractAddress
  }

  const sluice = await deploy(sluiceAbi, sluiceBytecode)
  const nextNonce = () => (nonce += 0x1234567n)
  const side = (account: LocalAccount) => ({ account: account.address, signer: account.address })

  return {
    a,
    b,
    keys: [lower, higher] as const,
    sluice,
    gas,
    rpc,
    deploy,
    /** Deploys what forge built of the tests. */
    deployMock: (file: string, contract: string) => {
      const { abi, bytecode } = artifact(file, contract)
      return deploy(abi, bytecode)
    },
    /** Notes what a call took. */
    note: (call: string, { gasUsed }: TransactionReceipt) => {
      gas[call] = Number(gasUsed)
    },
    skip: async (seconds: number) => {
      await rpc('evm_increaseTime', seconds)
      await rpc('evm_mine')
    },
    channel: (token: Address = zeroAddress): ChannelTerms => ({
      a: side(lower),
      b: side(higher),
      token,
      disputeWindow: WINDOW,
      nonce: nextNonce(),
    }),
    /** From a over b to a payee that is b's address in another role: the payer's key is a's. */
    virtual: (): VirtualTerms => ({
      path: [lower.address, higher.address],
      token: zeroAddress,
      capacity: 5n * UNIT,
      disputeWindow: WINDOW,
      nonce: nextNonce(),
    }),
    /** A voucher of a's lane with its payer's signature. */
    laneVoucher: async (terms: ChannelTerms, voucher: Partial<SignedLane>): Promise<SignedLane> => {
      const filled = { ...noVoucher, seq: 9n, ...voucher }
      const channelId = await a.readContract({
        address: sluice,
        abi: sluiceAbi,
        functionName: 'channelId',
        args: [terms],
      })
      const { lane, seq, paid, locked, locksRoot } = filled
      const message = { channelId, lane, seq, paid, locked, locksRoot }
      const toSign = { domain: domainOf(a, sluice), types: signedTypes, primaryType: 'LaneVoucher', message } as const
      const [payer, receiver] = lane === 0 ? [lower, higher] : [higher, lower]
      const payerSignature = compact(await payer.signTypedData(toSign))
      const receiverSignature = lane === 0 ? noSignature : compact(await receiver.signTypedData(toSign))
      return { ...filled, payerSignature, receiverSignature }
    },
    /** a's voucher of a virtual channel, without ticks. */
    redemption: async (terms: VirtualTerms, amount: bigint) => {
      const virtualId = virtualIdOf(a, sluice, terms)
      const unset = { tickAnchor: noVoucher.locksRoot, tickValue: 0n, tickCount: 0 } as const
      const message = { virtualId, amount, ...unset }
      const toSign = { domain: domainOf(a, sluice), types: signedTypes, primaryType: 'Voucher', message } as const
      const signature = compact(await lower.signTypedData(toSign))
      return { terms, voucher: { amount, ...unset, ticks: 0, preimage: noVoucher.locksRoot, signature } }
    },
  }
}
