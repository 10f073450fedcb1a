import { type Id, nonceMinute, SluiceError } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { within } from '../../timers.ts'
import { TabError } from '../errors.ts'
import { isSameMac, type TabKey } from '../wire/mac.ts'
import { requestLines, type SealedRequest, type TabOpening, type TabRequest, tabVoucher } from '../wire/request.ts'
import { forgetTab, recordTab } from './seller-records.ts'
import type { SellerState } from './state.ts'
import { createTab, keyOf, type Tab } from './tab.ts'

/** A tab that is not known and was opened longer ago than this was known before: all that it paid counts as charged. Milliseconds. */
const FRESH = 600_000

/** What a tab is by its header: the one that is known, or one to let in. */
export interface Named {
  readonly virtualId: Id
  readonly opening: TabOpening
  readonly key: TabKey
}

/**
 * Finds the tab that a request is sealed for.
 *
 * @throws TabError `TAB_UNKNOWN`, `TAB_SEAL`, `PAYMENT_TERMS`.
 */
export function identify(state: SellerState, sealed: SealedRequest, request: TabRequest, mac: `0x${string}`): Named {
  const { virtualId } = request
  const known = state.tabs.get(virtualId)
  const opening = known?.opening ?? request.opening
  if (opening === undefined) throw new TabError('TAB_UNKNOWN', { virtualId })
  if (known === undefined) checkTerms(state, opening)
  const key = known?.account.key ?? keyOf(state, virtualId, opening)
  if (!isSameMac(key.mac(requestLines(sealed, request)), mac)) throw new TabError('TAB_SEAL', { virtualId })
  return { virtualId, opening, key }
}

function checkTerms({ options }: SellerState, { terms }: TabOpening): void {
  const { payee, asset } = options
  if (terms.path.at(-1) !== payee.signer) throw new HttpError('PAYMENT_TERMS', { field: 'path' })
  if (terms.token !== asset) throw new HttpError('PAYMENT_TERMS', { field: 'token' })
}

/**
 * Lets a tab in, with the voucher that came. A tab that is known goes on at once: its voucher is accepted beside.
 *
 * @throws TabError `TAB_REFUSED`.
 */
export async function enter(state: SellerState, named: Named, request: TabRequest): Promise<Tab> {
  const { virtualId } = named
  const known = state.tabs.get(virtualId)
  if (known?.over !== undefined) throw refused(known.over)
  if (known?.account.isAdmitted) {
    use(state, known)
    acceptBeside(state, known, request)
    return known
  }
  const opening = state.opening.get(virtualId) ?? open(state, named, request)
  state.opening.set(virtualId, opening)
  const tab = await opening.finally(() => state.opening.delete(virtualId))
  // Those that waited along bring vouchers of their own.
  acceptBeside(state, tab, request)
  return tab
}

async function open(state: SellerState, { virtualId, opening, key }: Named, { voucher }: TabRequest): Promise<Tab> {
  const { payee } = state.options
  if (state.waiting >= state.maxWaiting)
    throw refused(new TabError('TAB_REFUSED', { reason: 'too many tabs wait for their lock' }))
  const late = () => new TabError('TAB_REFUSED', { reason: `no lock stood for it within ${state.timeout} ms` })
  state.waiting += 1
  try {
    const signed = tabVoucher(virtualId, voucher)
    // Not with the signal of one request: others may wait along.
    const admission = await within(state.timers, state.timeout, late, [], (signal) =>
      payee.admit(opening.terms, signed, signal),
    )
    if (admission.virtualId !== virtualId) throw new HttpError('PAYMENT_TERMS', { field: 'virtualId' })
    const known = state.tabs.get(virtualId)
    const tab = known ?? createTab(state, virtualId, opening, key, { total: 0n, settled: 0 })
    tab.account.admit(admission)
    if (known === undefined && wasKnown(state, opening)) tab.account.chargeAllPaid()
    use(state, tab)
    if (known === undefined) recordTab(state, tab)
    return tab
  } catch (error) {
    throw refused(error)
  } finally {
    state.waiting -= 1
  }
}

/** Whether a tab that is not known must have been so once: its record was lost with a process, or it was used least. */
function wasKnown({ records, startedAt, now }: SellerState, { terms }: TabOpening): boolean {
  const oldest = now() - FRESH
  // The minute of its making is rounded down.
  const made = Number(nonceMinute(terms.nonce)) * 60_000 + 59_999
  return made < (records.isDurable ? oldest : Math.max(oldest, startedAt))
}

/** Accepts a higher voucher while the request goes on. */
function acceptBeside(state: SellerState, tab: Tab, { voucher }: TabRequest): void {
  const { account, opening } = tab
  if (voucher.amount <= account.paid || voucher.amount <= tab.offered) return
  tab.offered = voucher.amount
  const late = () => new TabError('TAB_REFUSED', { reason: 'the voucher was not accepted in time' })
  within(state.timers, state.timeout, late, [], (signal) =>
    state.options.payee.admit(opening.terms, tabVoucher(account.virtualId, voucher), signal),
  ).catch((error: unknown) => {
    tab.offered = 0n
    if (!(error instanceof SluiceError)) return state.onError(error)
    if (error.code !== 'TAB_REFUSED') tab.over = error
  })
}

/** What keeps a tab out, as its payer is told. */
export function refused(error: unknown): unknown {
  if (!(error instanceof SluiceError) || error.code === 'TAB_REFUSED') return error
  return new TabError('TAB_REFUSED', { reason: error.message, code: error.code }, error)
}

/** Keeps a tab as the one used last, and forgets those used least. */
function use(state: SellerState, tab: Tab): void {
  const { tabs, maxTabs } = state
  tabs.delete(tab.account.virtualId)
  tabs.set(tab.account.virtualId, tab)
  if (tabs.size <= maxTabs) return
  for (const one of tabs.values()) {
    if (tabs.size <= maxTabs) return
    if (!one.account.isLive && one !== tab) forgetTab(state, one)
  }
}
