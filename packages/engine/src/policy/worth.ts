import type { Address } from '@sluice/protocol'
import type { Policy } from './policy.ts'

/** What an amount of a token is worth, native base units; undefined where the policy names no price. */
export function worthOf({ tokens }: Pick<Policy, 'tokens'>, token: Address, amount: bigint): bigint | undefined {
  const held = amount > 0n ? amount : 0n
  if (BigInt(token) === 0n) return held
  const price = tokens.find((taken) => taken.token === token)?.price
  return price === undefined || price.tokens <= 0n ? undefined : (held * price.native) / price.tokens
}
