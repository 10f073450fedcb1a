import { type Address, concatHex, type Hex, numberToHex } from 'viem'

/** A virtual channel's terms, as the contract takes them. Amounts are base units, times seconds. */
export interface VirtualTerms {
  readonly path: readonly Address[]
  readonly token: Address
  readonly capacity: bigint
  readonly disputeWindow: number
  readonly nonce: bigint
}

/** A compact signature (EIP-2098), as the contract takes it. */
export interface CompactSignature {
  readonly r: Hex
  readonly yParityAndS: Hex
}

/** A virtual channel and a voucher of it, as `redeemBatch` takes them. */
export interface Redemption {
  readonly terms: VirtualTerms
  readonly voucher: {
    readonly amount: bigint
    readonly tickAnchor: Hex
    readonly tickValue: bigint
    readonly tickCount: number
    readonly ticks: number
    readonly preimage: Hex
    readonly signature: CompactSignature
  }
}

/** What virtual channels redeemed together share. */
export interface VirtualGroup {
  readonly others: readonly Address[]
  readonly token: Address
  readonly disputeWindow: number
}

/** One of a group, packed. */
export interface GroupRedemption {
  readonly payerAndNonce: Hex
  readonly capacityAndAmount: bigint
  readonly signature: CompactSignature
}

/** The arguments of one call of `redeemGroup`. */
export interface GroupCall {
  readonly group: VirtualGroup
  readonly items: readonly GroupRedemption[]
}

/**
 * Sorts redemptions into calls of `redeemGroup`, which costs least: one call for each path behind the payer, token and window.
 *
 * @param redemptions - Virtual channels with vouchers that have no ticks.
 * @returns The calls' arguments; groups and items in the order in which they first came.
 * @throws RangeError if a voucher has ticks: `redeemBatch` takes those.
 * @example
 * for (const { group, items } of groupRedemptions(redemptions)) {
 *   await wallet.writeContract({ address, abi: sluiceAbi, functionName: 'redeemGroup', args: [group, items] })
 * }
 */
export function groupRedemptions(redemptions: readonly Redemption[]): GroupCall[] {
  const calls = new Map<string, { group: VirtualGroup; items: GroupRedemption[] }>()
  for (const redemption of redemptions) {
    const group = groupOf(redemption.terms)
    const key = [...group.others, group.token, group.disputeWindow].join().toLowerCase()
    const call = calls.get(key) ?? { group, items: [] }
    call.items.push(packed(redemption))
    calls.set(key, call)
  }
  return [...calls.values()]
}

function groupOf({ path, token, disputeWindow }: VirtualTerms): VirtualGroup {
  return { others: path.slice(1), token, disputeWindow }
}

function packed({ terms, voucher }: Redemption): GroupRedemption {
  const { path, capacity, nonce } = terms
  const { amount, tickAnchor, tickValue, tickCount, signature } = voucher
  if (tickCount !== 0 || tickValue !== 0n || BigInt(tickAnchor) !== 0n) {
    throw new RangeError('a voucher with ticks has no place in a group: redeem it by redeemBatch')
  }
  return {
    payerAndNonce: concatHex([path[0] ?? '0x', numberToHex(nonce, { size: 12 })]),
    capacityAndAmount: (capacity << 128n) | amount,
    signature,
  }
}
