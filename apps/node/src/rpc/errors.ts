import { SluiceError } from '@sluice/protocol'
import { toSluiceError } from '../errors.ts'
import { type Json, toJson } from '../json.ts'

/** An error as JSON-RPC carries it: `data` holds the stable code, what to do next and the values. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data: { readonly code: string; readonly action: string; readonly details: Json }
}

const numbers: Readonly<Record<string, number>> = {
  RPC_PARSE: -32_700,
  RPC_INVALID_REQUEST: -32_600,
  RPC_METHOD_UNKNOWN: -32_601,
  RPC_PARAMS_INVALID: -32_602,
  INTERNAL: -32_603,
  RPC_UNAUTHORIZED: -32_001,
  RPC_HOST_REFUSED: -32_002,
}

/** The number for every other typed error; `data.code` says which one. */
const REFUSED = -32_000

/** A thrown value as JSON-RPC carries it. */
export function toRpcError(thrown: unknown): RpcError {
  const error = toSluiceError(thrown)
  const { code, message, action, details } = error
  return { code: numbers[code] ?? REFUSED, message, data: { code, action, details: toJson(details) } }
}

/** An error that a running node answered with: the code, message and advice are the node's. */
export class RemoteError extends SluiceError {
  override readonly name = 'RemoteError'

  constructor(error: RpcError) {
    // The message is filled in already; braces in it must not be filled again.
    super(error.data.code, { message: '{text}', action: error.data.action }, { text: error.message })
  }
}
