import {
  type Address,
  asciiToBytes,
  bytesToHex,
  type ChannelTerms,
  concatBytes,
  type Hex,
  hexToBytes,
  type Id,
  NATIVE_TOKEN,
  uint256ToBytes,
} from '@sluice/protocol'
import type { CallOf } from './calls.ts'
import { addTo, heldOf, holdingKey, move, replaced } from './ledger.ts'
import { refuse } from './refusal.ts'
import { channelOf, isParty, type Run, requireAlive } from './run.ts'

/** The most that all deposits of a channel may sum to. */
const MOST = (1n << 127n) - 1n
const WITNESS_TYPE = 'Deposit(bytes32 channelId,uint8 party)'

export function depositWithValue(run: Run, { terms, party, value }: CallOf<'depositWithValue'>): void {
  if (terms.token !== NATIVE_TOKEN) refuse('NeedsNative', terms.token)
  if (heldOf(run.ledger.balances, terms.token, run.sender) < value) refuse('InsufficientFunds', run.sender)
  move(run.ledger, terms.token, run.sender, run.digests.domain.contract, value)
  record(run, terms, party, value)
}

export function depositWithAllowance(run: Run, { terms, party, amount }: CallOf<'depositWithAllowance'>): void {
  requireToken(terms)
  pullByAllowance(run, terms.token, amount)
  record(run, terms, party, amount)
}

export function depositWithPermit(run: Run, call: CallOf<'depositWithPermit'>): void {
  const { terms, party, amount, isTaken } = call
  requireToken(terms)
  // one that is not taken is no reason to refuse: the allowance may be there already
  if (isTaken) run.ledger.allowances.set(holdingKey(terms.token, run.sender), amount)
  pullByAllowance(run, terms.token, amount)
  record(run, terms, party, amount)
}

export function depositWithAuthorization(run: Run, call: CallOf<'depositWithAuthorization'>): void {
  const { terms, party, from, value, salt, signedNonce } = call
  requireToken(terms)
  const [channelId] = channelOf(run, terms)
  if (signedNonce !== authorizationNonce(run, channelId, party, salt)) refuse('AuthorizationRefused')
  pullAuthorized(run, terms.token, from, value)
  record(run, terms, party, value)
}

export function depositWithPermit2(run: Run, call: CallOf<'depositWithPermit2'>): void {
  const { terms, party, from, amount, signedWitness } = call
  requireToken(terms)
  const [channelId] = channelOf(run, terms)
  if (signedWitness !== depositWitness(run, channelId, party)) refuse('AuthorizationRefused')
  pullAuthorized(run, terms.token, from, amount)
  record(run, terms, party, amount)
}

/** The EIP-3009 nonce that binds an authorization to a channel and a party. */
export function authorizationNonce({ crypto }: Pick<Run, 'crypto'>, channelId: Id, party: number, salt: Hex): Hex {
  return bytesToHex(crypto.keccak256(concatBytes(hexToBytes(channelId), uint256ToBytes(party), hexToBytes(salt))))
}

/** The hash of the Permit2 witness that binds a transfer to a channel and a party. */
export function depositWitness({ crypto }: Pick<Run, 'crypto'>, channelId: Id, party: number): Hex {
  const type = crypto.keccak256(asciiToBytes(WITNESS_TYPE))
  return bytesToHex(crypto.keccak256(concatBytes(type, hexToBytes(channelId), uint256ToBytes(party))))
}

function requireToken({ token }: ChannelTerms): void {
  if (token === NATIVE_TOKEN) refuse('NeedsToken')
}

function pullByAllowance({ ledger, sender, digests }: Run, token: Address, amount: bigint): void {
  const isCovered = heldOf(ledger.balances, token, sender) >= amount
  if (heldOf(ledger.allowances, token, sender) < amount || !isCovered) refuse('PullFailed', token, sender, amount)
  addTo(ledger.allowances, token, sender, -amount)
  move(ledger, token, sender, digests.domain.contract, amount)
}

function pullAuthorized({ ledger, digests }: Run, token: Address, from: Address, amount: bigint): void {
  if (heldOf(ledger.balances, token, from) < amount) refuse('AuthorizationRefused')
  move(ledger, token, from, digests.domain.contract, amount)
}

function record(run: Run, terms: ChannelTerms, party: number, received: bigint): void {
  if (!isParty(party)) refuse('WrongParty', party)
  if (received === 0n) refuse('NothingReceived')
  const [channelId, channel] = channelOf(run, terms)
  requireAlive(run, channelId, channel, terms)
  const before = channel.deposits[0] + channel.deposits[1]
  if (received > MOST - before) refuse('TooMuch', channelId, received)
  const total = channel.deposits[party] + received
  run.ledger.channels.set(channelId, { ...channel, deposits: replaced(channel.deposits, party, total) })
  run.emit({ type: 'deposited', channelId, party, total })
}
