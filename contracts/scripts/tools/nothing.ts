// How the contract is told "none".

import { type Hex, zeroHash } from 'viem'

/** No signature. */
export const noSignature: { readonly r: Hex; readonly yParityAndS: Hex } = { r: zeroHash, yParityAndS: zeroHash }

/** No lane voucher. */
export const noVoucher = {
  lane: 0,
  seq: 0n,
  paid: 0n,
  locked: 0n,
  locksRoot: zeroHash,
  payerSignature: noSignature,
  receiverSignature: noSignature,
} as const
