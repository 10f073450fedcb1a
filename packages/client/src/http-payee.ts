import type { Engine } from '@sluice/engine'
import type { TabPayee } from '@sluice/http/sell'
import type { Address, Domain } from '@sluice/protocol'
import { networkOf } from './http-payer.ts'

export interface PayeeOptions {
  readonly engine: Engine
  /** The chain and contract that the engine's channels live in. */
  readonly domain: Domain
  /** Where this side's peer transport listens: payments come there. Without it they come over the payer's session, if one stands. */
  readonly url?: string
  /** Where a hub's peer transport listens, to be announced to clients. Default: not announced. */
  readonly hubUrl?: (hub: Address) => string | undefined
}

/** An engine as whoever is paid for paid HTTP: what a gate needs. */
export function createPayee({ engine, domain, url, hubUrl }: PayeeOptions): TabPayee {
  const describeHub = (signer: Address) => {
    const at = hubUrl?.(signer)
    return at === undefined ? { signer } : { signer, url: at }
  }
  return {
    network: networkOf(domain),
    contract: domain.contract,
    account: engine.account,
    signer: engine.signer,
    publicKey: engine.publicKey,
    keccak256: engine.crypto.keccak256,
    agree: (publicKey, owner) => engine.agree(publicKey, owner),
    // Asked for each offer: channels come and go.
    hubs: (wanted) => {
      const open = engine.channels().filter(({ status, token }) => status === 'open' && token === wanted)
      return [...new Set(open.map(({ peer }) => peer.signer))].map(describeHub)
    },
    ...(url !== undefined && { url }),
    admit: (terms, voucher, signal) => engine.admit(terms, voucher, signal),
  }
}
