import { type Address, type ChannelTerms, NATIVE_TOKEN } from '@sluice/protocol'
import type { ChainCall, ChainEvent } from '../../ports/chain.ts'
import type { ContractCall } from '../contract/calls.ts'
import type { ContractEvent } from '../contract/events.ts'

const isParty = ({ a, b }: ChannelTerms, who: Address) => [a.account, a.signer, b.account, b.signer].includes(who)

/** The call of the contract that a sender makes for a call of the engine. Consent travels along where the sender needs it. */
export function contractCallOf(call: ChainCall, sender: Address): ContractCall {
  switch (call.type) {
    case 'deposit': {
      const { terms, party, amount } = call
      if (terms.token === NATIVE_TOKEN) return { type: 'depositWithValue', terms, party, value: amount }
      return { type: 'depositWithAllowance', terms, party, amount }
    }
    case 'withdraw': {
      const { party, total, deadline } = call.withdrawal
      return { type: 'withdraw', terms: call.terms, party, total, deadline, signatures: call.signatures }
    }
    case 'close': {
      const { from, amount, deadline } = call.close
      return { type: 'close', terms: call.terms, from, amount, deadline, signatures: call.signatures }
    }
    case 'startClose': {
      const { request, ...rest } = call
      if (request === undefined || isParty(call.terms, sender)) return rest
      return { ...rest, type: 'startCloseFor', request }
    }
    case 'unlock': {
      const { locks, ...rest } = call
      const [only] = locks
      if (locks.length === 1 && only !== undefined) return { ...rest, item: only }
      return { ...rest, type: 'unlockBatch', items: locks }
    }
    case 'closeVirtual': {
      const { terms, request } = call
      if (terms.path.includes(sender)) return { type: 'closeVirtual', terms }
      return { type: 'closeVirtualFor', terms, request }
    }
    case 'closeVirtuals': {
      const { items, request } = call
      if (items.every(({ path }) => path.includes(sender))) return { type: 'closeVirtuals', items }
      return { type: 'closeVirtualsFor', items, request }
    }
    default:
      return call
  }
}

/** What the engine is told of an event, if anything. */
export function chainEventOf(event: ContractEvent): ChainEvent | undefined {
  switch (event.type) {
    case 'withdrawn': {
      const { paid: _, ...rest } = event
      return rest
    }
    case 'unlocked': {
      const { reserve, paid, ...rest } = event
      return { ...rest, toReceiver: paid, toPayer: reserve - paid }
    }
    case 'creditPaid':
    case 'redirectNonceUsed':
    case 'skipped':
      return undefined
    default:
      return event
  }
}
