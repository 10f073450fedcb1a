import { type Address, type Hex, type Id, type SignedVoucher, SluiceError, type VirtualTerms } from '@sluice/protocol'
import { fakePublicKey, fakeSecret, testCrypto } from '@sluice/protocol/testing'
import type { Admission, OpenedVirtual, OpenVirtual } from '../ports.ts'
import type { TabPayer } from '../tab/payer/payer-tab.ts'
import type { TabPayee } from '../tab/seller/state.ts'
import type { TabKeys } from '../tab/wire/mac.ts'

const word = (n: number, bytes: number): Hex => `0x${n.toString(16).padStart(2 * bytes, '0')}`

interface Virtual {
  readonly terms: VirtualTerms
  readonly first: SignedVoucher
  accepted: bigint
  /** Highest amount that the payer signed. */
  signed: bigint
  closed: boolean
  readonly waiting: Set<() => void>
}

/** A payer and a payee in one process without signatures or channels. Payments arrive at once unless they are held back. */
export interface MemoryPayments {
  readonly payer: TabPayer
  readonly payee: TabPayee
  /** Every payment that was made, in order: the total of each. */
  readonly payments: bigint[]
  readonly opened: OpenVirtual[]
  /** Highest amount accepted on V. */
  accepted(virtualId: Id): bigint
  /** While held, payments are made and do not arrive. */
  hold(held: boolean): void
  /** While off, no lock ever stands: admit waits for its signal. */
  locks(on: boolean): void
  /** Ends V, as a dispute or an expiry does. */
  expire(virtualId: Id): void
  readonly closed: Id[]
  /** Resolves once somebody waits for an amount, and answers it. */
  waitedFor(): Promise<bigint>
}

const SIGNATURE: Hex = `0x${'5a'.repeat(65)}`
export const NETWORK = 'eip155:314'
export const CONTRACT: Address = word(0xc0, 20)
export const PAYEE_SIGNER: Address = word(0xbe, 20)
export const PAYEE_ACCOUNT: Address = word(0xba, 20)
export const PAYER_SIGNER: Address = word(0xae, 20)
export const HUB_SIGNER: Address = word(0xce, 20)

/** Keys that agree with each other, and anybody could forge. */
export function keysOf(signer: Address): TabKeys {
  const publicKey = fakePublicKey(signer)
  const { keccak256 } = testCrypto
  return { publicKey, keccak256, agree: (theirs, owner) => fakeSecret(keccak256, [publicKey, theirs], owner) }
}

export function memoryPayments(): MemoryPayments {
  const virtuals = new Map<Id, Virtual>()
  const payments: bigint[] = []
  const opened: OpenVirtual[] = []
  const closed: Id[] = []
  const watchers: ((amount: bigint) => void)[] = []
  let held = false
  let locks = true
  let next = 1

  const refuse = (reason: string) => new SluiceError('TEST_REFUSED', { message: reason, action: 'None.' })
  const find = (id: Id): Virtual => {
    const virtual = virtuals.get(id)
    if (virtual === undefined) throw refuse(`unknown virtual channel ${id}`)
    return virtual
  }

  async function open(options: OpenVirtual): Promise<OpenedVirtual> {
    const virtualId = word(next++, 32)
    const terms: VirtualTerms = {
      path: [PAYER_SIGNER, ...options.hubs.slice(0, 1).map(({ signer }) => signer), options.payee],
      token: options.token,
      capacity: options.capacity,
      disputeWindow: 60,
      nonce: (BigInt(Math.floor(Date.now() / 60_000)) << 32n) | BigInt(next),
    }
    const voucher = { virtualId, amount: options.first, tickAnchor: word(0, 32), tickValue: 0n, tickCount: 0 }
    const first = { voucher, signature: SIGNATURE }
    virtuals.set(virtualId, {
      terms,
      first,
      accepted: options.first,
      signed: options.first,
      closed: false,
      waiting: new Set(),
    })
    opened.push(options)
    return { virtualId, terms, first }
  }

  function wake(virtual: Virtual): void {
    for (const waiter of [...virtual.waiting]) waiter()
  }

  async function pay(virtualId: Id, total: bigint): Promise<void> {
    const virtual = find(virtualId)
    if (total > virtual.terms.capacity) throw refuse('above the capacity')
    if (virtual.closed) throw refuse('closed')
    payments.push(total)
    if (total > virtual.signed) virtual.signed = total
    if (held || total <= virtual.accepted) return
    virtual.accepted = total
    wake(virtual)
  }

  function waitFor(virtual: Virtual, amount: bigint, signal: AbortSignal): Promise<bigint> {
    for (const watcher of watchers.splice(0)) watcher(amount)
    return new Promise((resolve, reject) => {
      const look = () => {
        if (signal.aborted) settle(() => reject(signal.reason))
        else if (virtual.closed) settle(() => reject(refuse('closed')))
        else if (virtual.accepted >= amount) settle(() => resolve(virtual.accepted))
      }
      const settle = (how: () => void) => {
        virtual.waiting.delete(look)
        signal.removeEventListener('abort', look)
        how()
      }
      virtual.waiting.add(look)
      signal.addEventListener('abort', look)
      look()
    })
  }

  async function admit(terms: VirtualTerms, { voucher }: SignedVoucher, signal: AbortSignal): Promise<Admission> {
    const virtual = virtuals.get(voucher.virtualId)
    const same = virtual?.terms.nonce === terms.nonce && virtual.terms.capacity === terms.capacity
    if (virtual === undefined || !same || voucher.amount > virtual.signed) throw refuse('not the payer')
    if (virtual.closed) throw refuse('closed')
    if (voucher.amount > virtual.accepted) {
      virtual.accepted = voucher.amount
      wake(virtual)
    }
    if (!locks) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return {
      virtualId: voucher.virtualId,
      payer: terms.path[0] ?? PAYER_SIGNER,
      capacity: terms.capacity,
      accepted: () => virtual.accepted,
      waitFor: (amount, abort) => waitFor(virtual, amount, abort),
    }
  }

  function end(virtualId: Id): void {
    const virtual = find(virtualId)
    virtual.closed = true
    wake(virtual)
  }

  return {
    payer: {
      network: NETWORK,
      contract: CONTRACT,
      ...keysOf(PAYER_SIGNER),
      open,
      pay,
      async sign(virtualId, total) {
        await pay(virtualId, total)
        return SIGNATURE
      },
      async close(virtualId) {
        closed.push(virtualId)
        end(virtualId)
      },
    },
    payee: {
      network: NETWORK,
      contract: CONTRACT,
      account: PAYEE_ACCOUNT,
      signer: PAYEE_SIGNER,
      ...keysOf(PAYEE_SIGNER),
      hubs: () => [{ signer: HUB_SIGNER }],
      admit,
    },
    payments,
    opened,
    closed,
    accepted: (id) => find(id).accepted,
    hold: (on) => {
      held = on
    },
    locks: (on) => {
      locks = on
    },
    expire: end,
    waitedFor: () => new Promise((resolve) => watchers.push(resolve)),
  }
}
