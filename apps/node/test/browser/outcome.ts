import type { Address, Hex } from '@sluice/protocol'

/** What the page is told. Amounts are decimal strings of base units. */
export interface PageSettings {
  readonly chainUrl: string
  readonly contract: Address
  readonly key: Hex
  readonly hub: { readonly signer: Address; readonly url: string }
  readonly provider: string
  readonly cid: string
  readonly deposit: string
  readonly maxAmount: string
}

/** What the page did. */
export interface PageOutcome {
  readonly paid: string
  readonly payments: number
  /** Of the channel, in the end. */
  readonly status: string
  readonly agent: string
}
