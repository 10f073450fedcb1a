import { groupRedemptions, nodeAbi } from '@sluice/contracts'
import type { ChainCall, LockProof, Redemption, SignedCloseRequest, SignedLaneVoucher } from '@sluice/engine'
import {
  type Address,
  type ChannelTerms,
  type Hex,
  NATIVE_TOKEN,
  type SignedVoucher,
  ZERO_HASH,
} from '@sluice/protocol'
import { encodeFunctionData } from 'viem'

/** What a call sends to the contract. `value`: native base units. */
export interface CallData {
  readonly data: Hex
  readonly value: bigint
}

interface Compact {
  readonly r: Hex
  readonly yParityAndS: Hex
}

/** How the contract takes "no signature". */
const NO_SIGNATURE: Compact = { r: ZERO_HASH, yParityAndS: ZERO_HASH }
/** EIP-2098: the recovery bit on top of s, which is low and leaves it free. */
export function compactSignature(signature: Hex): Compact {
  const s = BigInt(`0x${signature.slice(66, 130)}`)
  const parity = BigInt(Number.parseInt(signature.slice(130), 16) - 27)
  return {
    r: `0x${signature.slice(2, 66)}`,
    yParityAndS: `0x${((parity << 255n) | s).toString(16).padStart(64, '0')}`,
  }
}

/** A lane voucher as the contract takes it, or none. */
export function signedLane(signed: SignedLaneVoucher | undefined) {
  if (signed === undefined) {
    const none = { lane: 0, seq: 0n, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }
    return { ...none, payerSignature: NO_SIGNATURE, receiverSignature: NO_SIGNATURE }
  }
  const { lane, seq, paid, locked, locksRoot } = signed.voucher
  return {
    lane,
    seq,
    paid,
    locked,
    locksRoot,
    payerSignature: compactSignature(signed.payerSignature),
    receiverSignature:
      signed.receiverSignature === undefined ? NO_SIGNATURE : compactSignature(signed.receiverSignature),
  }
}

/** A virtual channel's voucher as the contract takes it. */
export function signedVoucher({ voucher, signature, tick }: SignedVoucher) {
  return {
    amount: voucher.amount,
    tickAnchor: voucher.tickAnchor,
    tickValue: voucher.tickValue,
    tickCount: voucher.tickCount,
    ticks: tick?.index ?? 0,
    preimage: tick?.preimage ?? ZERO_HASH,
    signature: compactSignature(signature),
  }
}

/** A virtual channel with its voucher as the contract takes them. */
export function redemption({ terms, signed }: Redemption) {
  return { terms, voucher: signedVoucher(signed) }
}

/** A lock as the contract takes it. */
export function unlockItem({ slot, ...lock }: LockProof) {
  return { index: slot, ...lock }
}

const isParty = (terms: ChannelTerms, sender: Address): boolean =>
  [terms.a.account, terms.a.signer, terms.b.account, terms.b.signer].includes(sender)

const call = (data: Hex, value = 0n): CallData => ({ data, value })
const abi = nodeAbi

/** Asks for `domainSeparator()`. */
export const SEPARATOR_CALL: Hex = '0xf698da25'

function encodeStartClose(
  terms: ChannelTerms,
  voucher: SignedLaneVoucher | undefined,
  request: SignedCloseRequest | undefined,
  sender: Address,
): Hex {
  const lane = signedLane(voucher)
  if (request === undefined || isParty(terms, sender)) {
    return encodeFunctionData({ abi, functionName: 'startClose', args: [terms, lane] })
  }
  return encodeFunctionData({ abi, functionName: 'startCloseFor', args: [terms, lane, request] })
}

function encodeUnlock({ terms, lane, locked, locks }: ChainCall & { readonly type: 'unlock' }, asCredit: number): Hex {
  const items = locks.map(unlockItem)
  const [only] = items
  if (items.length === 1 && only !== undefined) {
    return encodeFunctionData({ abi, functionName: 'unlock', args: [terms, lane, locked, only, asCredit] })
  }
  return encodeFunctionData({ abi, functionName: 'unlockBatch', args: [terms, lane, locked, items, asCredit] })
}

function encodeCloseVirtuals({ items, request }: ChainCall & { readonly type: 'closeVirtuals' }, sender: Address): Hex {
  return items.every(({ path }) => path.includes(sender))
    ? encodeFunctionData({ abi, functionName: 'closeVirtuals', args: [items] })
    : encodeFunctionData({ abi, functionName: 'closeVirtualsFor', args: [items, request] })
}

function encodeRedeemGroup(redemptions: readonly Redemption[]): Hex {
  const [only, ...others] = groupRedemptions(redemptions.map(redemption))
  if (only === undefined || others.length > 0) throw new RangeError('they are not of one group')
  return encodeFunctionData({ abi, functionName: 'redeemGroup', args: [only.group, only.items] })
}

/**
 * What to send for a call.
 *
 * @param sender Who sends it: consent travels along where the sender itself has no right to the call.
 * @param asCredit Whose money is credited and not pushed, where the call pays: 1 for a, 2 for b, 3 for both.
 */
export function encodeCall(of: ChainCall, sender: Address, asCredit = 0): CallData {
  switch (of.type) {
    case 'deposit': {
      const { terms, party, amount } = of
      if (terms.token === NATIVE_TOKEN) {
        return call(encodeFunctionData({ abi, functionName: 'depositWithValue', args: [terms, party] }), amount)
      }
      return call(encodeFunctionData({ abi, functionName: 'depositWithAllowance', args: [terms, party, amount] }))
    }
    case 'withdraw': {
      const { party, total, deadline } = of.withdrawal
      const [a, b] = of.signatures.map(compactSignature) as [Compact, Compact]
      return call(
        encodeFunctionData({ abi, functionName: 'withdraw', args: [of.terms, party, total, deadline, a, b, asCredit] }),
      )
    }
    case 'close': {
      const { from, amount, deadline } = of.close
      const [a, b] = of.signatures.map(compactSignature) as [Compact, Compact]
      return call(
        encodeFunctionData({ abi, functionName: 'close', args: [of.terms, from, amount, deadline, a, b, asCredit] }),
      )
    }
    case 'startClose':
      return call(encodeStartClose(of.terms, of.voucher, of.request, sender))
    case 'updateLane':
      return call(encodeFunctionData({ abi, functionName: 'updateLane', args: [of.terms, signedLane(of.voucher)] }))
    case 'updateLanes': {
      const vouchers = of.vouchers.map(signedLane)
      return call(encodeFunctionData({ abi, functionName: 'updateLanes', args: [of.terms, vouchers] }))
    }
    case 'settle':
      return call(encodeFunctionData({ abi, functionName: 'settle', args: [of.terms, ...of.locks, asCredit] }))
    case 'unlock':
      return call(encodeUnlock(of, asCredit))
    case 'unlockSubtree': {
      const { terms, lane, locked, subtree } = of
      const args = [terms, lane, locked, subtree, asCredit] as const
      return call(encodeFunctionData({ abi, functionName: 'unlockSubtree', args }))
    }
    case 'closeVirtual':
      return call(
        of.terms.path.includes(sender)
          ? encodeFunctionData({ abi, functionName: 'closeVirtual', args: [of.terms] })
          : encodeFunctionData({ abi, functionName: 'closeVirtualFor', args: [of.terms, of.request] }),
      )
    case 'closeVirtuals':
      return call(encodeCloseVirtuals(of, sender))
    case 'closeVirtualsByLocks': {
      const { items, channel, lane, locked, subtree } = of
      const args = [items, channel, lane, locked, subtree] as const
      return call(encodeFunctionData({ abi, functionName: 'closeVirtualsByLocks', args }))
    }
    case 'redeem':
      return call(encodeFunctionData({ abi, functionName: 'redeem', args: [of.terms, signedVoucher(of.signed)] }))
    case 'redeemBatch':
      return call(encodeFunctionData({ abi, functionName: 'redeemBatch', args: [of.items.map(redemption)] }))
    case 'redeemGroup':
      return call(encodeRedeemGroup(of.items))
    case 'pushCredit':
      return call(encodeFunctionData({ abi, functionName: 'pushCredit', args: [of.account, of.token] }))
  }
}
