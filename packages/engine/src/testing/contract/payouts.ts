import type { Address, ChannelTerms } from '@sluice/protocol'
import type { CallOf } from './calls.ts'
import { addTo, heldOf, holdingKey, move } from './ledger.ts'
import { refuse } from './refusal.ts'
import { type Run, requireBefore, requireSignature } from './run.ts'

/** Pays, if the account takes it. */
function push({ ledger, digests }: Run, token: Address, to: Address, amount: bigint): boolean {
  const { contract } = digests.domain
  if (heldOf(ledger.balances, token, contract) < amount) throw new Error('the contract owes more than it has')
  if (ledger.refusing.has(holdingKey(token, to))) return false
  move(ledger, token, contract, to, amount)
  return true
}

/** Pays an account, or credits it where that cannot be or is not wanted. */
export function pay(run: Run, token: Address, account: Address, amount: bigint, asCredit: boolean): void {
  if (amount === 0n || (!asCredit && push(run, token, account, amount))) return
  addTo(run.ledger.credits, token, account, amount)
  run.emit({ type: 'credited', account, token, amount })
}

/** Pays both parties of a channel. `asCredit`: 1 for a, 2 for b. */
export function payBoth(run: Run, terms: ChannelTerms, toA: bigint, toB: bigint, asCredit = 0): void {
  pay(run, terms.token, terms.a.account, toA, (asCredit & 1) !== 0)
  pay(run, terms.token, terms.b.account, toB, (asCredit & 2) !== 0)
}

/** Pays an account's credit, or a part of it. */
function payCredit(run: Run, account: Address, token: Address, to: Address, amount: bigint): void {
  const { credits } = run.ledger
  const credit = heldOf(credits, token, account)
  if (amount === 0n) refuse('NoCredit', account, token)
  if (amount > credit) refuse('CreditTooSmall', account, token, credit, amount)
  addTo(credits, token, account, -amount)
  if (!push(run, token, to, amount)) refuse('PayoutFailed', to, token, amount)
  run.emit({ type: 'creditPaid', account, token, to, amount })
}

export function pushCredit(run: Run, { account, token }: CallOf<'pushCredit'>): void {
  payCredit(run, account, token, account, heldOf(run.ledger.credits, token, account))
}

export function redirectCredit(run: Run, { token, to, amount }: CallOf<'redirectCredit'>): void {
  payCredit(run, run.sender, token, to, amount)
}

export function redirectCreditFor(run: Run, { redirect }: CallOf<'redirectCreditFor'>): void {
  const { account, token, to, amount, nonce, deadline, digest, signature } = redirect
  requireBefore(run, deadline)
  consumeNonce(run, account, nonce)
  requireSignature(run, digest, signature, account)
  if (amount !== 0n) payCredit(run, account, token, to, amount)
}

export function cancelRedirect(run: Run, { nonce }: CallOf<'cancelRedirect'>): void {
  consumeNonce(run, run.sender, nonce)
}

function consumeNonce({ ledger, emit }: Run, account: Address, nonce: bigint): void {
  const next = ledger.redirectNonces.get(account) ?? 0n
  if (nonce !== next) refuse('WrongNonce', account, next, nonce)
  ledger.redirectNonces.set(account, next + 1n)
  emit({ type: 'redirectNonceUsed', account, nonce })
}
