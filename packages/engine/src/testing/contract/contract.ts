import type { ContractCall } from './calls.ts'
import { settle, startClose, startCloseFor, updateLane, updateLanes } from './closing.ts'
import { close, withdraw } from './cooperative.ts'
import {
  depositWithAllowance,
  depositWithAuthorization,
  depositWithPermit,
  depositWithPermit2,
  depositWithValue,
} from './deposits.ts'
import type { ContractEvent } from './events.ts'
import { cancelRedirect, pushCredit, redirectCredit, redirectCreditFor } from './payouts.ts'
import type { CallContext, Run } from './run.ts'
import { unlock, unlockBatch, unlockSubtree } from './unlocking.ts'
import {
  closeVirtual,
  closeVirtualFor,
  closeVirtuals,
  closeVirtualsByLocks,
  closeVirtualsFor,
  redeem,
  redeemBatch,
  redeemGroup,
} from './virtuals.ts'

type Calls = { readonly [T in ContractCall['type']]: (run: Run, call: Extract<ContractCall, { type: T }>) => void }

const calls: Calls = {
  depositWithValue,
  depositWithAllowance,
  depositWithPermit,
  depositWithAuthorization,
  depositWithPermit2,
  withdraw,
  close,
  startClose,
  startCloseFor,
  updateLane,
  updateLanes,
  settle,
  unlock,
  unlockBatch,
  unlockSubtree,
  closeVirtual,
  closeVirtualFor,
  closeVirtuals,
  closeVirtualsFor,
  closeVirtualsByLocks,
  redeem,
  redeemBatch,
  redeemGroup,
  pushCredit,
  redirectCredit,
  redirectCreditFor,
  cancelRedirect,
}

/**
 * The model of the contract: does one call as protocol.md, section 4, has it. It is held to the contract itself by random calls made
 * on both, and knows neither contract wallets (ERC-1271) nor calls that come back in the middle of another.
 *
 * @param context - Its ledger is changed by the call, and worthless once the call was refused: give a copy.
 * @returns The events, in the order of the logs.
 * @throws Refusal if the contract does not take the call. ProtocolError if it could not even be encoded. Error if the model
 *   owes more than it holds, which no call can bring about.
 */
export function execute(context: CallContext, call: ContractCall): readonly ContractEvent[] {
  const events: ContractEvent[] = []
  const run: Run = { ...context, emit: (event) => events.push(event) }
  const perform = calls[call.type] as (run: Run, call: ContractCall) => void
  perform(run, call)
  return events
}
