import { type Hex, highest } from '@sluice/protocol'
import { TabError } from '../errors.ts'
import type { CallRecord } from '../payee/calls.ts'
import { Meter } from '../payee/meter.ts'
import type { Route } from '../payee/route.ts'
import { callCharge } from '../wire/offer.ts'
import type { TabRequest } from '../wire/request.ts'
import { isTellable } from './answers.ts'
import { refused } from './open-tab.ts'
import { forgetCalls, forgetTab, recordCall, recordTab } from './seller-records.ts'
import type { SellerState } from './state.ts'
import type { Tab } from './tab.ts'

/** A request that was begun: its id is used, and its call charged. */
export interface BegunCall {
  readonly state: SellerState
  readonly tab: Tab
  readonly route: Route
  readonly request: TabRequest
  readonly record: CallRecord
  readonly meter: Meter
}

export interface Begin {
  readonly route: Route
  readonly tab: Tab
  readonly request: TabRequest
  /** What was asked for, sealed: the same id may not be used for anything else. */
  readonly identity: Hex
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
}

/** Begins a request: its id is used, and the call itself charged. A refusal leaves the id free. @throws TabError why it is refused. */
export async function beginCall(state: SellerState, begin: Begin): Promise<BegunCall> {
  const { route, tab, request, identity, signal } = begin
  const { account, calls, live } = tab
  const record = calls.begin(request, identity, state.epoch, { free: state.freeAnswers })
  const { timers, timeout } = state
  const meter = new Meter({ account, route, limit: request.limit, timers, timeout, signal })
  account.begin()
  live.set(request.id, meter)
  try {
    state.loans.check(account)
    checkVoucher(route, tab, request)
    await meter.begin()
    return { state, tab, route, request, record, meter }
  } catch (error) {
    meter.refund()
    calls.cancel(record)
    live.delete(request.id)
    account.end(0n)
    throw isTellable(error) && error.code.startsWith('VIRTUAL_') ? refused(error) : error
  }
}

/** What is paid before it is begun is paid by the voucher that comes along: nothing is waited for that is not on its way. */
function checkVoucher({ payment, price }: Route, { account }: Tab, { voucher }: TabRequest): void {
  const { total, paid, window } = account
  const needed = callCharge(price)
  if (payment !== 'upfront' || highest(voucher.amount, paid) >= total + needed) return
  throw new TabError('TAB_DUE', { total, paid, needed, window })
}

/** A request is over: what it counted is charged for good, or nothing where the server failed. */
export function endCall(
  { state, tab, record, request, meter }: BegunCall,
  how: 'whole' | 'failed' | 'cut',
  error?: unknown,
): void {
  if (how === 'failed') {
    meter.refund()
    if (error !== undefined) state.onError(error)
  }
  meter.end()
  const { charged, counts } = meter
  tab.live.delete(request.id)
  tab.calls.end(record, how === 'failed' ? 'failed' : 'done', charged, counts)
  tab.account.end(charged)
  // Its payer may have settled it in the meantime.
  if (tab.calls.get(record.id) === record) recordCall(state, tab.account.virtualId, record)
  else forgetCalls(state, tab.account.virtualId, [record])
  recordTab(state, tab)
  if (tab.over !== undefined && !tab.account.isLive) forgetTab(state, tab)
}
