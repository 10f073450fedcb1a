import { fetchPaid } from '@sluice/http'
import { paidStream } from './paid-stream.ts'

/** What fetching for money takes. Its own module, so that a page may load it once it buys. */
export interface PaidFetching {
  readonly fetchPaid: typeof fetchPaid
  readonly paidStream: typeof paidStream
}

export const paidFetching: PaidFetching = { fetchPaid, paidStream }
