import type { Address } from '@sluice/protocol'
import type { Policy } from './policy.ts'

/**
 * Gas by Ethereum's schedule that one virtual channel takes on chain in the worst case, in company of others: its window begun, a voucher
 * redeemed, its lock paid out.
 */
export const DEFENCE_GAS = 60_000n

/**
 * What has to be at stake for one virtual channel to be worth enforcing, native base units.
 *
 * @param gasPrice Native base units for the work of one unit of gas by Ethereum's schedule.
 */
export function enforcementCost({ worthMin }: Pick<Policy, 'worthMin'>, gasPrice: bigint): bigint {
  return (DEFENCE_GAS * gasPrice * BigInt(worthMin) + 99n) / 100n
}

/** What an amount of a token is worth, native base units; undefined where the policy names no price. */
export function worthOf({ tokens }: Pick<Policy, 'tokens'>, token: Address, amount: bigint): bigint | undefined {
  const held = amount > 0n ? amount : 0n
  if (BigInt(token) === 0n) return held
  const price = tokens.find((taken) => taken.token === token)?.price
  return price === undefined || price.tokens <= 0n ? undefined : (held * price.native) / price.tokens
}
