// A call of the model as the contract takes it.

import { groupRedemptions, sluiceAbi } from '@sluice/contracts'
import type { SignedCloseRequest } from '@sluice/engine'
import type { ContractCall } from '@sluice/engine/testing'
import { type Hex, ZERO_HASH } from '@sluice/protocol'
import { concatHex, encodeFunctionData } from 'viem'
import { compactSignature, redemption, signedLane, unlockItem } from '../../chain/calls.ts'

/** How a call of the model carries no signature. */
export const NO_SIGNATURE: Hex = `0x${'00'.repeat(65)}`

const compact = (signature: Hex) =>
  signature === NO_SIGNATURE ? { r: ZERO_HASH, yParityAndS: ZERO_HASH } : compactSignature(signature)

const request = ({ by, deadline, signature }: SignedCloseRequest) => ({ by, deadline, signature })

function argumentsOf(call: ContractCall): readonly unknown[] {
  switch (call.type) {
    case 'depositWithValue':
      return [call.terms, call.party]
    case 'depositWithAllowance':
      return [call.terms, call.party, call.amount]
    case 'depositWithPermit': {
      const permit = { deadline: 0n, v: call.isTaken ? 27 : 0, r: ZERO_HASH, s: ZERO_HASH }
      return [call.terms, call.party, call.amount, permit]
    }
    case 'depositWithAuthorization': {
      const { terms, party, from, value, salt, signedNonce } = call
      const signature = concatHex([signedNonce, ZERO_HASH, '0x1b'])
      return [terms, party, { from, value, validAfter: 0n, validBefore: 0n, salt, signature }]
    }
    case 'depositWithPermit2': {
      const { terms, party, from, amount, signedWitness } = call
      return [terms, party, { from, amount, nonce: 0n, deadline: 0n, signature: signedWitness }]
    }
    case 'withdraw':
      return [call.terms, call.party, call.total, call.deadline, ...call.signatures.map(compact), call.asCredit ?? 0]
    case 'close':
      return [call.terms, call.from, call.amount, call.deadline, ...call.signatures.map(compact), call.asCredit ?? 0]
    case 'startClose':
    case 'updateLane':
      return [call.terms, signedLane(call.voucher)]
    case 'updateLanes':
      return [call.terms, call.vouchers.map(signedLane)]
    case 'startCloseFor':
      return [call.terms, signedLane(call.voucher), request(call.request)]
    case 'settle':
      return [call.terms, ...call.locks, call.asCredit ?? 0]
    case 'unlock':
      return [call.terms, call.lane, call.locked, unlockItem(call.item), call.asCredit ?? 0]
    case 'unlockBatch':
      return [call.terms, call.lane, call.locked, call.items.map(unlockItem), call.asCredit ?? 0]
    case 'unlockSubtree':
      return [call.terms, call.lane, call.locked, call.subtree, call.asCredit ?? 0]
    case 'closeVirtual':
      return [call.terms]
    case 'closeVirtualFor':
      return [call.terms, request(call.request)]
    case 'closeVirtuals':
      return [call.items]
    case 'closeVirtualsFor':
      return [call.items, request(call.request)]
    case 'closeVirtualsByLocks':
      return [call.items, call.channel, call.lane, call.locked, call.subtree]
    case 'redeem': {
      const { terms, voucher } = redemption(call)
      return [terms, voucher]
    }
    case 'redeemBatch':
      return [call.items.map(redemption)]
    case 'redeemGroup': {
      const [only, ...others] = groupRedemptions(call.items.map(redemption))
      if (only === undefined || others.length > 0) throw new RangeError('they are not of one group')
      return [only.group, only.items]
    }
    case 'pushCredit':
      return [call.account, call.token]
    case 'redirectCredit':
      return [call.token, call.to, call.amount]
    case 'redirectCreditFor': {
      const { digest: _, signature, ...redirect } = call.redirect
      return [redirect, signature]
    }
    case 'cancelRedirect':
      return [call.nonce]
  }
}

/** What to send for a call. `value`: native base units. */
export function encode(call: ContractCall): { readonly data: Hex; readonly value: bigint } {
  const data = encodeFunctionData({ abi: sluiceAbi, functionName: call.type, args: argumentsOf(call) } as never)
  return { data, value: call.type === 'depositWithValue' ? call.value : 0n }
}
