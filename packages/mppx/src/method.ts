import { Method } from 'mppx'
import * as z from 'zod/mini'

/**
 * The method `sluice` with the intent `session`. A request names an amount in base units; what a client has to know to pay it is in
 * `methodDetails`: an offer of the scheme `sluice` of x402.
 */
export const session = Method.from({
  name: 'sluice',
  intent: 'session',
  schema: {
    credential: { payload: z.object({ tab: z.record(z.string(), z.unknown()) }) },
    request: z.object({
      amount: z.string(),
      currency: z.string(),
      recipient: z.string(),
      methodDetails: z.optional(z.record(z.string(), z.unknown())),
    }),
  },
})
