// What the samples of the pages share: a client, what is signed, and signatures as the contract takes them.

import {
  type Account,
  type Address,
  type Chain,
  createWalletClient,
  type Hex,
  http,
  parseSignature,
  publicActions,
  signatureToCompactSignature,
  zeroHash,
} from 'viem'

/** A wallet on a chain, which also reads. */
export function connect(account: Account, chain: Chain, url: string) {
  return createWalletClient({ account, chain, transport: http(url) }).extend(publicActions)
}

export type Client = ReturnType<typeof connect>

/** Waits until a transaction is mined. @throws Error if it reverted. */
export async function mined(client: Client, hash: Hex) {
  const receipt = await client.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success') throw new Error(`${hash} reverted`)
  return receipt
}

/** The EIP-712 domain of everything that is signed for a Sluice contract. */
export const domainOf = (client: Client, sluice: Address) =>
  ({ name: 'Sluice', version: '1', chainId: client.chain.id, verifyingContract: sluice }) as const

/** Everything that is signed for the contract. */
export const signedTypes = {
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
  Withdrawal: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'party', type: 'uint8' },
    { name: 'total', type: 'uint128' },
    { name: 'deadline', type: 'uint64' },
  ],
  CloseRequest: [
    { name: 'ids', type: 'bytes32[]' },
    { name: 'deadline', type: 'uint64' },
  ],
  CreditRedirect: [
    { name: 'account', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

/** A signature as the contract takes those of vouchers, closes and withdrawals. */
export const compact = (signature: Hex) => signatureToCompactSignature(parseSignature(signature))

export const noSignature = { r: zeroHash, yParityAndS: zeroHash } as const

/** Where a voucher may be left out. */
export const noVoucher = {
  lane: 0,
  seq: 0n,
  paid: 0n,
  locked: 0n,
  locksRoot: zeroHash,
  payerSignature: noSignature,
  receiverSignature: noSignature,
} as const

/** The locks of a lane that has none. */
export const noLocks = { locked: 0n, locksRoot: zeroHash } as const

/** Whose money is credited instead of pushed: nobody's here; 1 for a, 2 for b, 3 for both. */
export const PUSH = 0
