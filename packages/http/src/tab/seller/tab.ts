import type { Address, Id, SluiceError, VirtualTerms } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { TabError } from '../errors.ts'
import { TabAccount } from '../payee/account.ts'
import { Calls } from '../payee/calls.ts'
import type { Meter } from '../payee/meter.ts'
import { type TabKey, tabKey } from '../wire/mac.ts'
import type { TabOpening } from '../wire/request.ts'
import type { SellerState, TabPayee } from './state.ts'

/** One tab as its payee keeps it. */
export interface Tab {
  readonly account: TabAccount
  readonly calls: Calls
  /** What it was opened with. */
  readonly opening: TabOpening
  /** What requests under way have counted, by their ids. */
  readonly live: Map<string, Meter>
  /** The voucher that is being accepted beside the requests: the highest that came. */
  offered: bigint
  /** Why no payment is accepted on it any more. */
  over?: SluiceError
}

/** The first member of V's path. */
export function payerOf({ path }: VirtualTerms): Address {
  const [payer] = path
  if (payer === undefined) throw new HttpError('PAYMENT_TERMS', { field: 'path' })
  return payer
}

/** The key that seals what is said on V. @throws TabError `TAB_SEAL` for a public key that is not the payer's. */
export function keyOf({ options }: SellerState, virtualId: Id, { terms, key }: TabOpening): TabKey {
  const found = tabKey(options.payee, key, payerOf(terms), virtualId)
  if (found === undefined) throw new TabError('TAB_SEAL', { virtualId })
  return found
}

/** Which seller has each tab of a payee. */
const owners = new WeakMap<TabPayee, Map<Id, SellerState>>()

/** Two sellers of one payee would each count the same payments as theirs: so a tab is with one of them. @throws TabError `TAB_REFUSED`. */
function claim(state: SellerState, virtualId: Id): void {
  const { payee } = state.options
  const tabs = owners.get(payee) ?? new Map<Id, SellerState>()
  owners.set(payee, tabs)
  const owner = tabs.get(virtualId) ?? state
  if (owner !== state) throw new TabError('TAB_REFUSED', { reason: 'another seller of the same payee has it' })
  tabs.set(virtualId, state)
}

/** A tab is forgotten. */
export function unclaim({ options }: SellerState, virtualId: Id): void {
  owners.get(options.payee)?.delete(virtualId)
}

/** A tab that was let in or recorded. @throws TabError `TAB_REFUSED`. @param total Charged before. @param settled Time before which its requests are settled. */
export function createTab(
  state: SellerState,
  virtualId: Id,
  opening: TabOpening,
  key: TabKey,
  { total, settled }: { readonly total: bigint; readonly settled: number },
): Tab {
  claim(state, virtualId)
  const { terms } = opening
  const payer = payerOf(terms)
  const { window } = state.options
  const account = new TabAccount({ virtualId, terms, payer, key, window, total })
  state.loans.add(account)
  return { account, calls: new Calls(state.maxIds, settled), opening, live: new Map(), offered: 0n }
}
