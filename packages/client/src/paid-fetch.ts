import { fetchPaid } from '@sluice/http'
import { createBuyer } from './buyer.ts'

/** What fetching for money takes. Its own module, so that a page may load it once it buys. */
export interface PaidFetching {
  readonly createBuyer: typeof createBuyer
  readonly fetchPaid: typeof fetchPaid
}

export const paidFetching: PaidFetching = { createBuyer, fetchPaid }
