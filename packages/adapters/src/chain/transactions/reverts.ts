import { nodeAbi } from '@sluice/contracts'
import type { Hex } from '@sluice/protocol'
import { BaseError, decodeErrorResult } from 'viem'
import { ChainError } from '../errors.ts'
import { reasonOf } from '../rpc/failures.ts'

const isData = (value: unknown): value is Hex => typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value)

/** Nodes put the revert's data into `data`, or an object in it. */
function revertData(cause: unknown): Hex | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const data: unknown = Reflect.get(error, 'data')
    if (isData(data)) return data
    const inner: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'data') : undefined
    if (isData(inner)) return inner
  }
  return undefined
}

function describe(data: Hex): string {
  try {
    const { errorName, args } = decodeErrorResult({ abi: nodeAbi, data })
    return `${errorName}(${(args ?? []).map(String).join(', ')})`
  } catch {
    return data
  }
}

/**
 * The contract's refusal with its values, if that is what an estimate failed of.
 *
 * `reason` reads like `StaleVoucher(0x…, 0, 7, 7)`.
 */
export function revertError(call: string, cause: unknown): ChainError<'CHAIN_REVERTED'> | undefined {
  const data = revertData(cause)
  if (data !== undefined && data !== '0x') {
    return new ChainError('CHAIN_REVERTED', { call, reason: describe(data) }, cause)
  }
  const reverted = cause instanceof BaseError && /revert/i.test(`${cause.shortMessage} ${cause.details}`)
  return reverted ? new ChainError('CHAIN_REVERTED', { call, reason: reasonOf(cause) }, cause) : undefined
}
