import type { HubPhase } from '../machines/locks/hub-phases.ts'
import type { PayeePhase } from '../machines/locks/payee.ts'
import type { PayerPhase } from '../machines/locks/payer.ts'
import type { Id } from '../primitives/hex.ts'
import type { Prolonged, VirtualRecord } from '../records/virtual.ts'
import { createDigests } from '../signing/digests.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import type { SignedVoucher } from '../terms/voucher.ts'
import type { OptionalOf, RequiredOf } from './arbitrary-virtuals.ts'
import { signerFromKey, testCrypto } from './crypto.ts'
import { developmentKeys } from './keys.ts'

const digests = createDigests({ chainId: 314n, contract: `0x${'5c'.repeat(20)}` }, testCrypto)
const [payer, hub, payee] = developmentKeys.slice(0, 3).map((key) => signerFromKey(key)) as [Signer, Signer, Signer]
type Signer = ReturnType<typeof signerFromKey>

const second = 1_800_000_000n
const id = (byte: string): Id => `0x${byte.repeat(32)}`
const incoming = { channelId: id('c1'), slot: 1 }
const outgoing = { channelId: id('c2'), slot: 0 }
const decline = { code: 'FEE_LOW', returned: 2n }
const closingSince = second + 50n
const signedAt = second + 60n
const askedAt = second + 70n
const closedAt = second + 80n

/** The terms of the virtual channel of that number. */
function termsOf(number: number): VirtualTerms {
  return {
    path: [payer.address, hub.address, payee.address],
    token: `0x${'00'.repeat(20)}`,
    capacity: 100n,
    disputeWindow: 600,
    nonce: (30_000_000n << 32n) + BigInt(number),
  }
}

function voucherOf(number: number): SignedVoucher {
  const voucher = {
    virtualId: digests.virtualId(termsOf(number)),
    amount: 40n,
    tickAnchor: id('ab'),
    tickValue: 2n,
    tickCount: 9,
  }
  const signature = payer.sign(digests.voucher(voucher))
  // Every second one without ticks revealed: the two ways in which a voucher is held.
  return number % 2 === 0 ? { voucher, signature, tick: { index: 3, preimage: id('cd') } } : { voucher, signature }
}

/** Every phase twice: with nothing that may be absent, and with all of it. */
type Twice<P extends { readonly type: string }> = {
  readonly [T in P['type']]: (voucher: SignedVoucher) => {
    readonly bare: RequiredOf<Omit<Extract<P, { type: T }>, 'type'>>
    readonly rest: OptionalOf<Omit<Extract<P, { type: T }>, 'type'>>
  }
}

const payerPhases: Twice<PayerPhase> = {
  open: (voucher) => ({ bare: { outgoing }, rest: { voucher, tickSeed: id('cd') } }),
  asking: (voucher) => ({ bare: { outgoing, closingSince }, rest: { voucher, foldRefusedAt: signedAt } }),
  claimed: (voucher) => ({ bare: { outgoing, claimed: 0n, closingSince }, rest: { voucher, decline } }),
  folding: (voucher) => ({ bare: { outgoing, amount: 46n, closingSince, signedAt }, rest: { voucher, decline } }),
  withdrawing: (voucher) => ({
    bare: { outgoing, code: 'ADD_LOCKS_MAX', closingSince, refusedAt: signedAt },
    rest: { voucher },
  }),
  closed: (voucher) => ({ bare: { closedAt }, rest: { voucher, decline } }),
}

const hubPhases: Twice<HubPhase> = {
  received: () => ({ bare: { incoming }, rest: {} }),
  forwarded: (voucher) => ({ bare: { incoming, outgoing }, rest: { voucher, largestFold: 46n } }),
  asking: (voucher) => ({
    bare: { incoming, outgoing, closingSince },
    rest: { voucher, largestFold: 46n, foldRefusedAt: signedAt },
  }),
  claimed: (voucher) => ({
    bare: { incoming, outgoing, claimed: 46n, closingSince },
    rest: { voucher, largestFold: 40n, decline },
  }),
  folding: (voucher) => ({
    bare: { incoming, outgoing, amount: 40n, largestFold: 46n, closingSince, signedAt },
    rest: { voucher, decline },
  }),
  withdrawing: (voucher) => ({
    bare: { incoming, outgoing, code: 'ADD_LOCKS_MAX', closingSince, refusedAt: signedAt },
    rest: { voucher, largestFold: 46n },
  }),
  claiming: (voucher) => ({
    bare: { incoming, outgoing, cost: 40n, closingSince },
    rest: { voucher, largestFold: 46n, askedAt },
  }),
  writtenOff: (voucher) => ({
    bare: { incoming, outgoing, largestFold: 46n, cost: 40n, closingSince, leftAt: askedAt },
    rest: { voucher },
  }),
  returning: () => ({ bare: { incoming, decline, closingSince }, rest: { askedAt } }),
  covered: (voucher) => ({
    bare: { outgoing, foldedAt: 46n, closingSince },
    rest: { voucher, largestFold: 40n, claimed: 46n, foldRefusedAt: signedAt },
  }),
  clearing: (voucher) => ({
    bare: { outgoing, foldedAt: 46n, closingSince, signedAt },
    rest: { voucher, largestFold: 46n },
  }),
  closed: (voucher) => ({ bare: { closedAt }, rest: { voucher, decline } }),
}

const payeePhases: Twice<PayeePhase> = {
  open: (voucher) => ({ bare: { incoming }, rest: { voucher } }),
  claiming: (voucher) => ({ bare: { incoming, closingSince }, rest: { voucher, askedAt } }),
  returning: () => ({ bare: { incoming, decline, closingSince }, rest: { askedAt } }),
  closed: (voucher) => ({ bare: { closedAt }, rest: { voucher, decline } }),
}

const roles = [
  { role: 'payer', position: 0, phases: payerPhases },
  { role: 'hub', position: 1, phases: hubPhases },
  { role: 'payee', position: 2, phases: payeePhases },
] as const

const prolonged: Prolonged = { by: 900n, before: 300n, at: askedAt, received: 7n, paidOn: 4n, kept: 2n }

/** A virtual channel in each phase of each role, once with nothing that may be absent and once with all of it. */
export function goldenVirtuals(): readonly VirtualRecord[] {
  let number = 0
  const recordOf = (role: string, position: number, phase: object, rest: object = {}): VirtualRecord => {
    const terms = termsOf(number)
    const memo = { until: [second + 600n, second + 300n], fees: [3n] }
    number += 1
    // The tables above hold the phases of each role to its union.
    const virtualId = digests.virtualId(terms)
    return { role, virtualId, terms, memo, position, since: second, ...rest, phase } as VirtualRecord
  }
  return roles.flatMap(({ role, position, phases }) =>
    Object.entries<Twice<{ type: string }>[string]>(phases).flatMap(([type, make]) => {
      const { bare, rest } = make(voucherOf(number + 1))
      const records = [recordOf(role, position, { type, ...bare })]
      if (Object.keys(rest).length > 0)
        records.push(recordOf(role, position, { type, ...bare, ...rest }, { prolonged }))
      return records
    }),
  )
}
