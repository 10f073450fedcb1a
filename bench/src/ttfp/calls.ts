import type { DelayOptions } from '@sluice/adapters/transport-websocket'
import type { Address, Hex, Id } from '@sluice/protocol'
import type { TraceEvent } from './trace.ts'

/** How a party is set up. */
export interface Setup {
  readonly folder: string
  readonly privateKey: Hex
  readonly isHub: boolean
  readonly chainUrl: string
  readonly contract: Address
  readonly delay: DelayOptions | undefined
}

/** Where to find a party: its engine, and its bare transport for the limit. */
export interface Whereabouts {
  readonly signer: Address
  readonly url: string
  readonly limitSigner: Address
  readonly limitUrl: string
}

/** One frame after the other on the way of a measurement of the limit, by their sizes in bytes. */
export interface LimitSizes {
  readonly toHub: number
  readonly toPayee: number
  readonly direct: number
}

/** What the conductor asks a party's process for. */
export interface PartyCalls {
  start(setup: Setup): Promise<Whereabouts>
  connect(peer: Whereabouts): Promise<void>
  openChannel(peer: Whereabouts, deposit: bigint): Promise<void>
  /** Opens a virtual channel with a first voucher. `at`: when the call was made. */
  open(hub: Address, payee: Whereabouts): Promise<{ readonly virtualId: Id; readonly at: number }>
  /** The payer's part of the limit: sends the bytes. Answers when. */
  sendLimit(round: number, hub: Address, payee: Address, sizes: LimitSizes): Promise<number>
  /** The hub's part: passes on so many bytes to the payee for each frame that comes. */
  forwardLimit(payee: Address, bytes: number): Promise<void>
  trace(): Promise<readonly TraceEvent[]>
  stop(): Promise<void>
}

/** What a party's process tells by itself. */
export type PartyNews =
  /** The payee durably holds the lock and the first voucher. */
  | { readonly type: 'paid'; readonly virtualId: Id; readonly at: number }
  /** Both frames of a round of the limit are there. */
  | { readonly type: 'limit'; readonly round: number; readonly at: number }
