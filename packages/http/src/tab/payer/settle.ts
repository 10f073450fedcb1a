import { lowest } from '@sluice/protocol'
import { TabError } from '../errors.ts'
import type { TabStanding } from '../wire/answer.ts'
import type { PayerCall, PayerTab } from './payer-tab.ts'

/** What an outcome says of a request whose end this side did not see. */
export type Settled = 'settled' | 'running'

/**
 * Takes over what the payee says of a request that ended out of sight: what it charged beyond what arrived was on the way, and is no more
 * than a window. Where it says more, what arrived is paid, and nothing else.
 *
 * @throws TabError `TAB_COUNT_APART`.
 */
export function settleBy(tab: PayerTab, call: PayerCall, { state, charged }: TabStanding): Settled {
  if (state === 'running') return 'running'
  if (state !== 'done') {
    tab.charge(call, 0n)
    tab.end(call)
    return 'settled'
  }
  const most = lowest(call.limit, call.charged + tab.facts.window)
  if (charged > most) {
    const error = new TabError('TAB_COUNT_APART', { theirs: charged, own: call.charged, allowed: most })
    tab.end(call)
    tab.over ??= error
    throw error
  }
  tab.charge(call, charged)
  tab.end(call)
  return 'settled'
}
