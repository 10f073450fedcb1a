import { type Id, nonceMinute } from '@sluice/protocol'
import { asAddress, asAmount, asHex, asInteger, asObject, asText } from '../../headers/fields.ts'
import { readTerms, termsToJson } from '../../headers/payment-signature.ts'
import type { CallRecord } from '../payee/calls.ts'
import type { CallState } from '../wire/answer.ts'
import type { SellerState } from './state.ts'
import { createTab, keyOf, type Tab, unclaim } from './tab.ts'

const TAB = 'tab/'
const CALL = 'call/'
const PAYER = 'payer/'
/** Tabs older than this are forgotten at the start: longer than any virtual channel lives. Milliseconds. */
const KEEP = 90 * 86_400_000
const SAFE = Number.MAX_SAFE_INTEGER

/** Records where a tab stands. Requests under way charge nothing if the server ends. */
export function recordTab({ journal }: SellerState, tab: Tab): void {
  const { account, calls, opening } = tab
  const { terms, key } = opening
  const total = String(account.settled)
  journal.put(TAB + account.virtualId, { terms: termsToJson(terms), key, total, settled: calls.settled })
}

/** Records what became of a request. */
export function recordCall({ journal }: SellerState, virtualId: Id, call: CallRecord): void {
  const { id, time, digest, state, charged } = call
  journal.put(`${CALL}${virtualId}/${id}`, { time, digest, state, charged: String(charged) })
}

/** Forgets requests that are settled, and their answers. */
export function forgetCalls({ journal, kept }: SellerState, virtualId: Id, calls: Iterable<CallRecord>): void {
  for (const { id } of calls) {
    kept.drop(`${virtualId}/${id}`)
    journal.put(`${CALL}${virtualId}/${id}`, undefined)
  }
}

/** A tab is over, or used least: what it owes stays its payer's debt, and the rest is forgotten. */
export function forgetTab(state: SellerState, tab: Tab): void {
  const { virtualId, payer } = tab.account
  const { debt, paid } = state.loans.end(tab.account)
  state.journal.put(PAYER + payer, { debt: String(debt), paid: String(paid) })
  forgetCalls(state, virtualId, tab.calls.all())
  state.journal.put(TAB + virtualId, undefined)
  state.tabs.delete(virtualId)
  unclaim(state, virtualId)
}

/** Takes up what was recorded. A request that was under way when the server ended is unknown, and charges nothing. */
export async function loadTabs(state: SellerState): Promise<void> {
  const records = await state.records.load()
  for (const { key, value } of records) if (key.startsWith(TAB)) loadTab(state, key.slice(TAB.length), value)
  for (const { key, value } of records) {
    if (key.startsWith(CALL)) loadCall(state, key.slice(CALL.length), value)
    if (key.startsWith(PAYER)) loadPayer(state, key.slice(PAYER.length), value)
  }
}

function loadTab(state: SellerState, name: string, value: unknown): void {
  const virtualId = asHex(name, 'record', 32)
  const fields = asObject(value, 'record')
  const opening = { terms: readTerms(asObject(fields.terms, 'terms')), key: asHex(fields.key, 'key', 65) }
  if (Number(nonceMinute(opening.terms.nonce)) * 60_000 < state.now() - KEEP) {
    state.journal.put(TAB + virtualId, undefined)
    return
  }
  const stood = { total: asAmount(fields.total, 'total'), settled: asInteger(fields.settled, 'settled', SAFE) }
  // By the records it is this seller's, whatever was before.
  unclaim(state, virtualId)
  state.tabs.set(virtualId, createTab(state, virtualId, opening, keyOf(state, virtualId, opening), stood))
}

function loadCall(state: SellerState, name: string, value: unknown): void {
  const [virtualId = '', ...rest] = name.split('/')
  const tab = state.tabs.get(virtualId as Id)
  if (tab === undefined) {
    state.journal.put(CALL + name, undefined)
    return
  }
  const fields = asObject(value, 'record')
  const stood = asText(fields.state, 'state', 16) as CallState
  tab.calls.restore({
    id: rest.join('/'),
    time: asInteger(fields.time, 'time', SAFE),
    digest: asHex(fields.digest, 'digest', 32),
    state: stood === 'running' ? 'unknown' : stood,
    charged: asAmount(fields.charged, 'charged'),
    counts: {},
  })
}

function loadPayer({ loans }: SellerState, name: string, value: unknown): void {
  const fields = asObject(value, 'record')
  loans.restore(asAddress(name, 'record'), { debt: asAmount(fields.debt, 'debt'), paid: asAmount(fields.paid, 'paid') })
}
