import type {
  Address,
  ChannelRecord,
  Crypto,
  FeatureOffer,
  Hex,
  Id,
  SignedVoucher,
  Signer,
  VirtualRecord,
  VirtualTerms,
} from '@sluice/protocol'
import type { OpenChannelOptions } from '../channels/propose.ts'
import type { Guard } from '../defence/guard.ts'
import type { OpenedVirtual, OpenVirtualOptions } from '../locks/open.ts'
import type { ProlongedVirtual, ProlongOptions } from '../locks/prolonging/prolong.ts'
import type { Policy } from '../policy/policy.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import type { StateView } from '../ports/tx.ts'
import type { ChainStatus, ChannelView, DefenceView, Notification, VirtualView } from '../ports/views.ts'

export type { OpenChannelOptions } from '../channels/propose.ts'
export type { OpenedVirtual, OpenVirtualOptions } from '../locks/open.ts'
export type { ProlongedVirtual, ProlongOptions } from '../locks/prolonging/prolong.ts'
export type * from '../ports/views.ts'

/** The surroundings of an engine. */
export interface EnginePorts {
  readonly store: Store
  readonly transport: Transport
  readonly chain: Chain
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly signer: Signer
  /** Default: nothing is logged. */
  readonly log?: Log
}

export interface EngineOptions {
  /** Receives money on chain. Default: the signer. */
  readonly account?: Address
  /** What this side agrees to. Default: the profile of the chain, see `createPolicy` and `profileOf`. */
  readonly policy?: Policy
  /** Features announced to peers. Default: all that the protocol has, none required. */
  readonly features?: FeatureOffer
  /** Who wants calls made on chain beside this side's own. */
  readonly guard?: Guard
  /** The store failed, and the engine stopped by itself: nothing of the failed commit has left. */
  readonly onFatal?: (error: Error) => void
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

/** What an engine keeps. */
export interface EngineRecords {
  readonly view: StateView
  readonly channels: Iterable<readonly [Id, ChannelRecord]>
  readonly virtuals: Iterable<readonly [Id, VirtualRecord]>
}

/** A running node. Every method rejects with a typed error that says what to do; nothing else is lost by it. */
export interface Engine {
  readonly signer: Address
  readonly account: Address
  /** Of the signer: 65 bytes, uncompressed. */
  readonly publicKey: Hex
  /** The cryptography of its surroundings. */
  readonly crypto: Crypto
  /** The secret that the signer shares with the owner of another public key: see `Signer`. Undefined for a key that is not the owner's. */
  agree(publicKey: Hex, owner: Address): Hex | undefined
  connect(peer: Address, url: string): Promise<void>
  /** Proposes, deposits, and resolves once the deposit counts (a final block shows it). */
  openChannel(options: OpenChannelOptions): Promise<ChannelView>
  topUp(channelId: Id, amount: bigint): Promise<ChannelView>
  /** Withdraws cooperatively; resolves once executed in a final block. */
  withdraw(channelId: Id, amount: bigint): Promise<ChannelView>
  /**
   * Closes cooperatively: closes its virtual channels first. `unilateral`: starts the dispute at once;
   * `auto` (default): cooperatively, and alone when the peer does not follow in the policy's time. Resolves when the money is back on chain, by a final block.
   */
  closeChannel(channelId: Id, mode?: 'auto' | 'cooperative' | 'unilateral'): Promise<ChannelView>
  /**
   * Resolves once the add and the first voucher are durable and sent; nobody's answer is waited for. Where the fees are left out and the first hub has not
   * told its own yet, waits for that, at most ten seconds.
   */
  openVirtual(options: OpenVirtualOptions): Promise<OpenedVirtual>
  /** Raises what is paid over V to `total` (cumulative). Resolves once durable and sent. */
  pay(virtualId: Id, total: bigint): Promise<SignedVoucher>
  /**
   * Lets V live longer, paid for by the hour. Resolves once asked for, durably; a member that cannot grant it declines, and `until` in the view is again what it was.
   */
  prolong(virtualId: Id, options: ProlongOptions): Promise<ProlongedVirtual>
  /** Resolves once V's lock is folded on all of this side's channels. */
  closeVirtual(virtualId: Id): Promise<VirtualView>
  /** A payee's door: resolves once V's lock stands durably and the voucher is accepted. Waits a bounded time for the lock. */
  admit(terms: VirtualTerms, first: SignedVoucher, signal?: AbortSignal): Promise<Admission>
  channels(): readonly ChannelView[]
  virtuals(): readonly VirtualView[]
  /** What is known of the chain. */
  chain(): ChainStatus
  /** What is to be done on chain, what is under way there and what was lost. */
  defence(): DefenceView
  subscribe(listener: (notification: Notification) => void): () => void
  /** All that an account's owner needs to get the money back without the signer: see specs/protocol.md, Backup. */
  backup(): Uint8Array
  /** Reads what is durable, for what works with records, as handing over to a watchtower does. */
  read<T>(reader: (records: EngineRecords) => T): T
  stop(): Promise<void>
}
