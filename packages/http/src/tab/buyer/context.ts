import type { Address, Id } from '@sluice/protocol'
import type { Timers } from '../../ports.ts'
import type { Budget, SpendingRules } from '../payer/budget.ts'
import type { NamedCalls } from '../payer/named.ts'
import type { TabPayer } from '../payer/payer-tab.ts'
import type { Tabs } from '../payer/tabs.ts'
import type { Offers } from './offers.ts'

/** What a request cost, once that is settled. */
export interface Receipt {
  readonly id: string
  readonly virtualId: Id
  readonly payee: Address
  readonly token: Address
  /** Base units. */
  readonly charged: bigint
}

/** What is wanted beside the request. */
export interface TabFetchExtras {
  /** Most that this request may charge, base units. Default: the spending rule for requests. */
  readonly maxAmount?: bigint
  /** Names the request: asked again with the same one, it is run and charged once. Default: its header Idempotency-Key, or a fresh one. */
  readonly id?: string
  /** How this request is made. Default: as all others. */
  readonly fetch?: typeof fetch
  /** Called once it is settled what the request cost. */
  readonly onReceipt?: (receipt: Receipt) => void
}

/** Everything that requests share. */
export interface Buying {
  readonly payer: TabPayer
  readonly fetch: typeof fetch
  readonly timers: Timers
  readonly now: () => number
  readonly tokens: readonly Address[]
  readonly rules: SpendingRules
  readonly budget: Budget
  readonly offers: Offers
  readonly tabs: Tabs
  readonly named: NamedCalls
  /** Milliseconds without an answer or a byte after which a server counts as stopped. */
  readonly stallTimeout: number
  readonly onError: (error: unknown) => void
}

/** A request whose body is whole, so that it can be sealed and sent again. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
  readonly extras: TabFetchExtras
}
