import type { Address, Id } from '@sluice/protocol'
import type { Payee, Timers } from '../../ports.ts'
import { systemTimers } from '../../timers.ts'
import { KeptAnswers, type KeptLimits } from '../payee/kept.ts'
import { type LoanAllowance, Loans } from '../payee/loans.ts'
import { Journal, memoryRecords, type TabRecords } from '../records.ts'
import type { TabKeys } from '../wire/mac.ts'
import { loadTabs } from './seller-records.ts'
import type { Tab } from './tab.ts'

/** What a seller needs of whoever takes the money. */
export interface TabPayee extends Payee, TabKeys {}

export interface SellerOptions {
  readonly payee: TabPayee
  /** The token that is taken; zero for the native one. */
  readonly asset: Address
  /** What one tab may owe at any time, base units: the most that a client can take without paying. */
  readonly window: bigint
  /** What one payer may owe over all its tabs. Default: four windows, and one base unit for every sixteen that it paid. */
  readonly loans?: LoanAllowance
  /** What tabs were charged, and which ids were used. Default: in memory. */
  readonly records?: TabRecords
  /** How long to wait for a tab's lock, and for a payment, in milliseconds. Default 30,000. */
  readonly timeout?: number
  /** Most bytes of a request's body: it is held until its seal is checked. Default 1 MiB. */
  readonly maxBody?: number
  /** Answers that are given again to whoever asks again. Default: 64 KiB each, 16 MiB in all, five minutes. */
  readonly kept?: Partial<KeptLimits>
  /** Requests of one tab that are remembered and not settled by its payer. Default 4,096. */
  readonly maxIds?: number
  /** Answers that charge nothing, on one tab, beside as many as charged something. Default 64. */
  readonly freeAnswers?: number
  /** Requests that wait for a lock at one time. Default 1,024. */
  readonly maxWaiting?: number
  /** Tabs in memory, those used last. Default 65,536. */
  readonly maxTabs?: number
  /**
   * Where clients reach this server, whatever a request says of its host: named in offers. What stands before it may take the path of this
   * address off. Default: what each request says.
   */
  readonly url?: string
  /** The path and query that a client asked for, where something before this server changes them. Default: those of the request, below `url`. */
  readonly target?: (request: Request) => string
  readonly timers?: Timers
  /** Unix milliseconds. */
  readonly now?: () => number
  /** Called with every fault of this side: a handler that throws, records that cannot be written. Default: nothing. */
  readonly onError?: (error: unknown) => void
}

/** A seller's options with their defaults, and what it keeps. */
export interface SellerState {
  readonly options: SellerOptions
  readonly timeout: number
  readonly maxBody: number
  readonly maxIds: number
  readonly freeAnswers: number
  readonly maxWaiting: number
  readonly maxTabs: number
  readonly timers: Timers
  readonly now: () => number
  readonly onError: (error: unknown) => void
  readonly target: (request: Request) => string
  /** The address that a client asked for. */
  readonly address: (request: Request) => string
  /** Another one after each start. */
  readonly epoch: string
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly journal: Journal
  readonly records: TabRecords
  readonly kept: KeptAnswers
  readonly loans: Loans
  /** In the order of their last use. */
  readonly tabs: Map<Id, Tab>
  /** Tabs that are being let in. */
  readonly opening: Map<Id, Promise<Tab>>
  waiting: number
  /** Resolves once what was recorded is loaded. */
  ready: Promise<void>
}

const DEFAULT_LOANS: LoanAllowance = { windows: 4, share: 16 }
const DEFAULT_KEPT: KeptLimits = { each: 64 * 1024, all: 16 * 1024 * 1024, time: 300_000 }
const MAX_PAYERS = 65_536

/** Path and query, below the address that clients know. */
function targetBelow(base: string | undefined): (request: Request) => string {
  const prefix = base === undefined ? '' : new URL(base).pathname.replace(/\/$/, '')
  return ({ url }) => {
    const { pathname, search } = new URL(url)
    return prefix + pathname + search
  }
}

function newEpoch(): string {
  const random = crypto.getRandomValues(new Uint32Array(2))
  return [...random].map((word) => word.toString(36)).join('')
}

/** Begins with what was recorded. */
export function createSellerState(options: SellerOptions): SellerState {
  const { records = memoryRecords(), now = Date.now, onError = () => {}, url } = options
  const target = options.target ?? targetBelow(url)
  const state: SellerState = {
    options,
    timeout: options.timeout ?? 30_000,
    maxBody: options.maxBody ?? 1024 * 1024,
    maxIds: options.maxIds ?? 4096,
    freeAnswers: options.freeAnswers ?? 64,
    maxWaiting: options.maxWaiting ?? 1024,
    maxTabs: options.maxTabs ?? 65_536,
    timers: options.timers ?? systemTimers,
    now,
    onError,
    target,
    address: (request) => new URL(target(request), url ?? request.url).href,
    epoch: newEpoch(),
    startedAt: now(),
    journal: new Journal(records, onError),
    records,
    kept: new KeptAnswers({ ...DEFAULT_KEPT, ...options.kept }, now),
    loans: new Loans(options.loans ?? DEFAULT_LOANS, MAX_PAYERS),
    tabs: new Map(),
    opening: new Map(),
    waiting: 0,
    ready: Promise.resolve(),
  }
  state.ready = loadTabs(state)
  state.ready.catch(() => undefined)
  return state
}
