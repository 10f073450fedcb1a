import type { Address } from '@sluice/protocol'
import { HttpError } from '../errors.ts'
import type { Price } from '../headers/price.ts'
import type { Payee, Timers } from '../ports.ts'
import { systemTimers } from '../timers.ts'
import { type Bindings, memoryBindings } from './bindings.ts'
import type { RepeatAllowance } from './meter.ts'
import { Meters } from './meters.ts'
import { type CreditAllowance, Unpaid } from './unpaid.ts'

/** A token that is taken, and what bytes cost in it. */
export interface AssetPrice {
  /** The token; zero for the native one. */
  readonly asset: Address
  readonly price: Price
}

export interface GateOptions extends AssetPrice {
  readonly payee: Payee
  /** Other tokens that a client may pay in instead, each once and at most three: all offers have to fit into one header. */
  readonly others?: readonly AssetPrice[]
  /** An answer with a body costs at least what so many bytes do. Default: 0. */
  readonly least?: number
  /** Bytes served ahead of payment: the most that a client can take without paying. */
  readonly window: number
  /** How long to wait for V's lock, and for the next voucher, in milliseconds. Default 30,000. */
  readonly timeout?: number
  /** Default: four windows, and one byte for every eight paid for. */
  readonly repeats?: RepeatAllowance
  /** What one payer may owe for over all its virtual channels. Default: sixteen windows, and one byte for every sixteen paid for. */
  readonly credit?: CreditAllowance
  /** Default: in memory. */
  readonly bindings?: Bindings
  readonly timers?: Timers
  /** Most requests that wait for a lock at one time. Default 1,024. */
  readonly maxWaiting?: number
}

const DEFAULT_TIMEOUT = 30_000
const DEFAULT_REPEATS: RepeatAllowance = { windows: 4, share: 8 }
const DEFAULT_CREDIT: CreditAllowance = { windows: 16, share: 16 }
const DEFAULT_WAITING = 1024
const MAX_PAYERS = 65_536
const MAX_IDLE_METERS = 65_536
const MAX_ASSETS = 4

/** A gate's options with their defaults, and what it keeps. */
export interface GateState {
  readonly options: GateOptions
  /** All tokens that are taken, in the order of preference. */
  readonly assets: readonly AssetPrice[]
  readonly timeout: number
  readonly maxWaiting: number
  readonly repeats: RepeatAllowance
  readonly bindings: Bindings
  readonly timers: Timers
  readonly meters: Meters
  readonly unpaid: Unpaid
  waiting: number
}

/** @throws HttpError `ASSETS_INVALID`. */
export function createState(options: GateOptions): GateState {
  return {
    options,
    assets: assetsOf(options),
    timeout: options.timeout ?? DEFAULT_TIMEOUT,
    maxWaiting: options.maxWaiting ?? DEFAULT_WAITING,
    repeats: options.repeats ?? DEFAULT_REPEATS,
    bindings: options.bindings ?? memoryBindings(),
    timers: options.timers ?? systemTimers,
    meters: new Meters(MAX_IDLE_METERS),
    unpaid: new Unpaid(options.credit ?? DEFAULT_CREDIT, MAX_PAYERS),
    waiting: 0,
  }
}

function assetsOf({ asset, price, others = [] }: GateOptions): readonly AssetPrice[] {
  const assets = [{ asset, price }, ...others]
  const distinct = new Set(assets.map((one) => one.asset)).size
  if (distinct < assets.length || distinct > MAX_ASSETS) {
    throw new HttpError('ASSETS_INVALID', { count: assets.length, distinct, max: MAX_ASSETS })
  }
  return assets
}
