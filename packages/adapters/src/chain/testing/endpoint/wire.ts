import type { Hex } from '@sluice/protocol'

/** A block as JSON-RPC shows it. */
export interface RawBlock {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: Hex
  readonly [field: string]: unknown
}

/** A log as JSON-RPC shows it. */
export interface RawLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly logIndex: Hex
}

/** A question of JSON-RPC. */
export interface Question {
  readonly id: number | string
  readonly method: string
  readonly params?: readonly unknown[]
}

/** An error of JSON-RPC, and with what HTTP status it comes. */
export class Failure extends Error {
  readonly code: number
  readonly data: unknown
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: number,
    message: string,
    { data, status = 200, headers = {} }: { data?: unknown; status?: number; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.code = code
    this.data = data
    this.status = status
    this.headers = headers
  }
}

/** A number as JSON-RPC writes it. */
export const quantity = (value: number | bigint): Hex => `0x${value.toString(16)}`

/** What stands behind an endpoint: an honest chain. */
export interface Source {
  /** The newest block and how many lie under it. */
  head(): Promise<{ readonly index: number; readonly hash: Hex }>
  /** The blocks that lie on so many others. */
  blocks(from: number, to: number): Promise<readonly RawBlock[]>
  /** A contract's logs in a block. */
  logs(blockHash: Hex, address: unknown): Promise<readonly RawLog[]>
  /** Anything else. @throws Failure */
  ask(method: string, params: readonly unknown[]): Promise<unknown>
}
