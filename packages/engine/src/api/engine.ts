import type { Address, Crypto, Id, Party, PartyIndex, SignedVoucher, Signer, VirtualTerms } from '@sluice/protocol'
import type { Policy } from '../policy/policy.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'

/** The surroundings of an engine. */
export interface EnginePorts {
  readonly store: Store
  readonly transport: Transport
  readonly chain: Chain
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly signer: Signer
  readonly log: Log
}

export interface EngineOptions {
  /** Receives money on chain. Default: the signer. */
  readonly account?: Address
  readonly policy: Policy
  /** The store failed, and the engine stopped by itself: nothing of the failed commit has left. */
  readonly onFatal?: (error: Error) => void
}

export interface OpenChannelOptions {
  readonly peer: Address
  /** Where the peer listens; not needed while a session with it stands. */
  readonly url?: string
  /** The peer's account on chain is told by the peer. */
  readonly token: Address
  /** Base units this side deposits. */
  readonly deposit: bigint
  /** Seconds; default from the policy. */
  readonly disputeWindow?: number
}

export interface OpenVirtualOptions {
  readonly payee: Address
  /** Where the payee's peer transport listens: the first voucher travels there directly. */
  readonly payeeUrl?: string
  /** Signers of the intermediaries in order; empty for a virtual channel over one channel. */
  readonly hubs: readonly Address[]
  readonly token: Address
  /** Most that can be paid over it, base units. */
  readonly capacity: bigint
  /** Amount of the first voucher; 0 for none yet. */
  readonly first: bigint
  /**
   * Lets payments that are whole multiples of `value`, base units, be made by revealing a hash instead of signing: `count` of them a
   * voucher. Each costs the payer up to `count` hashes and the payee one.
   */
  readonly ticks?: { readonly value: bigint; readonly count: number }
  /** What each hub asks for, base units, in the order of `hubs`; default 0 each. */
  readonly fees?: readonly bigint[]
  /** Seconds; default from the policy. */
  readonly lifetime?: number
  readonly disputeWindow?: number
}

/** What a payer holds as soon as the add and the first voucher are durable and on their way. */
export interface OpenedVirtual {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly first: SignedVoucher | undefined
  /** Fees of all hubs, base units. */
  readonly fees: bigint
}

/** A payee's view of a virtual channel that it was paid on. */
export interface Admission {
  readonly virtualId: Id
  readonly payer: Address
  readonly capacity: bigint
  /** Highest amount accepted, durable. */
  accepted(): bigint
  /** Resolves with the accepted amount once it is at least `amount`; rejects with a typed error when V closes, is spent or expires, or `signal` aborts. */
  waitFor(amount: bigint, signal: AbortSignal): Promise<bigint>
}

export interface ChannelView {
  readonly channelId: Id
  readonly peer: Party
  readonly self: PartyIndex
  readonly token: Address
  readonly disputeWindow: number
  readonly status: 'proposed' | 'funding' | 'open' | 'closing' | 'disputed' | 'settled' | 'closed'
  /** Confirmed deposits by final blocks. */
  readonly deposits: { readonly own: bigint; readonly peer: bigint }
  readonly withdrawn: { readonly own: bigint; readonly peer: bigint }
  /** Totals paid over the lanes. */
  readonly paid: { readonly sent: bigint; readonly received: bigint }
  readonly locked: { readonly sent: bigint; readonly received: bigint }
  readonly spendable: { readonly own: bigint; readonly peer: bigint }
  readonly connected: boolean
  /** Unix seconds, while disputed. */
  readonly closesAt?: bigint
  /** What a stalled channel waits for, in a sentence. */
  readonly waitingFor?: string
}

export interface VirtualView {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly role: 'payer' | 'hub' | 'payee'
  readonly status: 'opening' | 'open' | 'closing' | 'disputed' | 'closed' | 'declined'
  /** Highest voucher signed (payer) or accepted (payee) or held (hub). */
  readonly amount: bigint
  /** Payer only: what the payee has said in this session that it holds durably. */
  readonly acknowledged?: bigint
  readonly until: bigint
  readonly waitingFor?: string
}

/** What the engine tells those who subscribe; durable when told. */
export type Notification =
  | { readonly type: 'channel'; readonly channel: ChannelView }
  | { readonly type: 'virtual'; readonly virtual: VirtualView }
  | { readonly type: 'payment'; readonly virtualId: Id; readonly role: 'payer' | 'payee'; readonly amount: bigint }
  | { readonly type: 'peer'; readonly peer: Address; readonly connected: boolean }
  | {
      readonly type: 'transaction'
      readonly call: string
      readonly hash: string
      readonly status: 'sent' | 'final' | 'failed'
    }

/** A running node. Every method rejects with a typed error that says what to do; nothing else is lost by it. */
export interface Engine {
  readonly signer: Address
  readonly account: Address
  connect(peer: Address, url: string): Promise<void>
  /** Proposes, deposits, and resolves once the deposit counts (a final block shows it). */
  openChannel(options: OpenChannelOptions): Promise<ChannelView>
  topUp(channelId: Id, amount: bigint): Promise<ChannelView>
  /** Withdraws together with the peer; resolves once executed in a final block. */
  withdraw(channelId: Id, amount: bigint): Promise<ChannelView>
  /**
   * Closes together with the peer: closes its virtual channels first. `unilateral`: starts the dispute at once;
   * `auto` (default): together, and alone when the peer does not follow in the policy's time. Resolves when the money is back on chain, by a final block.
   */
  closeChannel(channelId: Id, mode?: 'auto' | 'cooperative' | 'unilateral'): Promise<ChannelView>
  /** Resolves once the add and the first voucher are durable and sent; nobody's answer is waited for. */
  openVirtual(options: OpenVirtualOptions): Promise<OpenedVirtual>
  /** Raises what is paid over V to `total` (cumulative). Resolves once durable and sent. */
  pay(virtualId: Id, total: bigint): Promise<SignedVoucher>
  /** Resolves once V's lock is folded on all of this side's channels. */
  closeVirtual(virtualId: Id): Promise<VirtualView>
  /** A payee's door: resolves once V's lock stands durably and the voucher is accepted. Waits a bounded time for the lock. */
  admit(terms: VirtualTerms, first: SignedVoucher, signal?: AbortSignal): Promise<Admission>
  channels(): readonly ChannelView[]
  virtuals(): readonly VirtualView[]
  subscribe(listener: (notification: Notification) => void): () => void
  /** All that an account's owner needs to get the money back without the signer: see specs/protocol.md, Backup. */
  backup(): Uint8Array
  stop(): Promise<void>
}
