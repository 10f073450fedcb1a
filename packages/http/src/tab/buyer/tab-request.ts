import type { PayerCall, PayerTab } from '../payer/payer-tab.ts'
import { offerHash, type TabOffer } from '../wire/offer.ts'
import type { RequestKind, TabRequest } from '../wire/request.ts'
import type { Buying } from './context.ts'

/**
 * What a payment says of its request: who pays, by which voucher, for what price and up to which limit.
 *
 * @param isOpening Whether the terms come along, for a payee that may not know the tab.
 */
export function tabRequestOf(
  { payer }: Buying,
  offer: TabOffer,
  tab: PayerTab,
  call: PayerCall,
  kind: RequestKind,
  isOpening: boolean,
): TabRequest {
  const { virtualId, terms } = tab.facts
  return {
    virtualId,
    id: call.id,
    time: call.time,
    settled: tab.settled,
    epoch: call.epoch,
    price: offerHash(payer.keccak256, offer),
    limit: call.limit,
    voucher: tab.voucher,
    kind,
    ...(isOpening && { opening: { terms, key: payer.publicKey } }),
  }
}
