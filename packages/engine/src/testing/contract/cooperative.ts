import type { Address, Hex } from '@sluice/protocol'
import type { CallOf } from './calls.ts'
import { replaced } from './ledger.ts'
import { pay, payBoth } from './payouts.ts'
import { refuse } from './refusal.ts'
import {
  change,
  channelOf,
  isParty,
  partyOf,
  potOf,
  type Run,
  requireAlive,
  requireBefore,
  requireSignature,
} from './run.ts'

export function withdraw(run: Run, call: CallOf<'withdraw'>): void {
  const { terms, party, total, deadline, signatures, asCredit = 0 } = call
  if (!isParty(party)) refuse('WrongParty', party)
  requireBefore(run, deadline)
  const [channelId, channel] = channelOf(run, terms)
  requireBoth(run, call, run.digests.withdrawal({ channelId, party, total, deadline }), signatures)
  requireAlive(run, channelId, channel, terms)
  const before = channel.withdrawn[party]
  if (total <= before) refuse('NothingNew', channelId, before, total)
  const paid = total - before
  const pot = potOf(channel)
  if (paid > pot) refuse('PotTooSmall', channelId, pot, paid)
  change(run, channelId, { withdrawn: replaced(channel.withdrawn, party, total) })
  run.emit({ type: 'withdrawn', channelId, party, total, paid })
  pay(run, terms.token, partyOf(terms, party).account, paid, ((asCredit >> party) & 1) !== 0)
}

export function close(run: Run, call: CallOf<'close'>): void {
  const { terms, from, amount, deadline, signatures, asCredit } = call
  if (!isParty(from)) refuse('WrongParty', from)
  requireBefore(run, deadline)
  const [channelId, channel] = channelOf(run, terms)
  requireBoth(run, call, run.digests.close({ channelId, from, amount, deadline }), signatures)
  requireAlive(run, channelId, channel, terms)
  const toA = from === 0 ? -amount : amount
  const paidA = channel.deposits[0] - channel.withdrawn[0] + toA
  const paidB = channel.deposits[1] - channel.withdrawn[1] - toA
  if (paidA < 0n) refuse('ShareBelowZero', channelId, 0, paidA)
  if (paidB < 0n) refuse('ShareBelowZero', channelId, 1, paidB)
  change(run, channelId, { status: 'closed' })
  run.emit({ type: 'closed', channelId, paidA, paidB })
  payBoth(run, terms, paidA, paidB, asCredit)
}

function requireBoth(
  run: Run,
  { terms }: CallOf<'withdraw' | 'close'>,
  digest: Hex,
  [a, b]: CallOf<'close'>['signatures'],
): void {
  requireConsent(run, digest, a, terms.a.signer)
  requireConsent(run, digest, b, terms.b.signer)
}

/** Who sends the call consents by that. */
function requireConsent(run: Run, digest: Hex, signature: Hex, signer: Address): void {
  if (run.sender !== signer) requireSignature(run, digest, signature, signer)
}
