import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of the scheme's plug-ins. */
export const x402Errors = {
  VERSION_UNSUPPORTED: {
    message: 'the payment is asked for in version {version} of x402',
    action: 'Use a server of version 2. Nothing was paid.',
  },
  PRICE_UNIT: {
    message: 'the price {price} is not in base units of a token',
    action: 'Give an asset and an amount, the amount as a decimal string of base units.',
  },
  PAYMENT_UNKNOWN: {
    message: 'the payment was not verified here, or its request took too long',
    action:
      'Verify it with the same facilitator, in the same process, and settle it within 15 minutes. Nothing is charged.',
  },
  REQUIREMENT_OTHER: {
    message: 'the route asks for the {field} {asked}, and this payee takes {own}',
    action: 'Configure the route with what the payee has: its network, token and account.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type X402ErrorCode = keyof typeof x402Errors
