import type { Chain, ChainCall } from '@sluice/engine'
import {
  type ChannelTerms,
  createDigests,
  type Digests,
  emptyLocks,
  type Id,
  type LaneIndex,
  type LaneVoucher,
  lockProof,
  locksRoot,
  makeNonce,
  NATIVE_TOKEN,
  type Signer,
  setLock,
  type VirtualTerms,
  ZERO_HASH,
} from '@sluice/protocol'
import { createNodeCrypto, type KeyedCrypto } from '../../crypto/node.ts'
import { developmentSigner, type LocalChain } from '../../local-chain/index.ts'
import { systemClock, systemRandom } from '../../system/system.ts'
import { ChainError, createViemChain, type ViemChainOptions } from '../viem.ts'

export interface Side {
  readonly signer: Signer
  readonly chain: Chain
}

/** Two parties of one channel, a first, each with its own way to the chain. */
export interface TwoParties {
  readonly crypto: KeyedCrypto
  readonly digests: Digests
  readonly a: Side
  readonly b: Side
  readonly terms: ChannelTerms
  readonly channelId: Id
  open(signer: Signer, options?: Partial<ViemChainOptions>): Promise<Chain>
}

const now = (): bigint => BigInt(Math.floor(Date.now() / 1000))

export const newNonce = (): bigint => makeNonce(now(), systemRandom(4))

export async function createTwoParties(local: LocalChain): Promise<TwoParties> {
  const crypto = await createNodeCrypto()
  const { contract, chainId } = local.deployed
  const digests = createDigests({ contract, chainId }, crypto)
  const open = (signer: Signer, options: Partial<ViemChainOptions> = {}): Promise<Chain> =>
    createViemChain({
      url: local.url,
      chainId,
      contract,
      signer,
      clock: systemClock,
      finality: { type: 'depth', blocks: 2 },
      pollMs: 20,
      ...options,
    })
  const signers = [developmentSigner(crypto, 1), developmentSigner(crypto, 2)]
  const [first, second] = signers.sort((x, y) => (x.address < y.address ? -1 : 1)) as [Signer, Signer]
  const a = { signer: first, chain: await open(first) }
  const b = { signer: second, chain: await open(second) }
  const party = ({ address }: Signer) => ({ account: address, signer: address })
  const terms: ChannelTerms = {
    a: party(first),
    b: party(second),
    token: NATIVE_TOKEN,
    disputeWindow: 60,
    nonce: newNonce(),
  }
  return { crypto, digests, a, b, terms, channelId: digests.channelId(terms), open }
}

/** Prepares, sends, and mines until it is in a block. Returns whether it succeeded. */
export async function execute(local: LocalChain, chain: Chain, call: ChainCall): Promise<boolean> {
  const prepared = await chain.prepare(call)
  await chain.broadcast(prepared)
  for (;;) {
    const status = await chain.status(prepared)
    if (status.status === 'included') return status.success
    if (status.status === 'dropped')
      throw new ChainError('CHAIN_NONCE_USED', { nonce: prepared.nonce, sender: chain.sender })
    await local.mine()
  }
}

/** The same, prepared anew where a reorganisation let another transaction of the account take its nonce. */
export async function executeAnew(local: LocalChain, chain: Chain, call: ChainCall): Promise<boolean> {
  for (;;) {
    try {
      return await execute(local, chain, call)
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== 'CHAIN_NONCE_USED') throw error
    }
  }
}

/** A voucher of a lane with one lock in slot 0, and all that is needed to show and to unlock it. */
export function lockedVoucher(parties: TwoParties, lane: LaneIndex, paid: bigint, virtual: VirtualTerms) {
  const { crypto, digests, channelId, a, b } = parties
  const virtualId = digests.virtualId(virtual)
  const lock = { amount: virtual.capacity, condition: digests.virtualCondition(virtualId) }
  const tree = setLock(crypto.keccak256, emptyLocks, 0, lock)
  const voucher: LaneVoucher = {
    channelId,
    lane,
    seq: 1n,
    paid,
    locked: virtual.capacity,
    locksRoot: locksRoot(tree),
  }
  const digest = digests.laneVoucher(voucher)
  const payer = lane === 0 ? a : b
  return {
    signed: { voucher, payerSignature: payer.signer.sign(digest) },
    locks: { locked: voucher.locked, locksRoot: voucher.locksRoot },
    proof: {
      slot: 0,
      amount: lock.amount,
      resolver: digests.domain.contract,
      id: virtualId,
      side: 0,
      proof: lockProof(tree, 0),
    },
  }
}

export const noLocks = { locked: 0n, locksRoot: ZERO_HASH }
