// Talks with a program that runs Filecoin's virtual machine: one JSON request a line, one JSON answer a line. The protocol is in
// README.md of the package.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Address, Hex } from 'viem'

/** What is sent to a runner. Amounts are decimal texts of base units (10^-18 FIL), bytes are hexadecimal with `0x`. */
export type FvmRequest =
  | {
      readonly op: 'genesis'
      readonly bundle: string
      readonly nv: number
      readonly chainId: number
      readonly epoch: number
      readonly timestamp: number
    }
  | { readonly op: 'put'; readonly kind: 'placeholder'; readonly eth: Address; readonly balance: string }
  | { readonly op: 'actor'; readonly who: Address }
  | { readonly op: 'advance'; readonly epochs: number }
  | {
      readonly op: 'try' | 'tx'
      readonly from: Address
      /** Null creates a contract. */
      readonly to: Address | null
      readonly data: Hex
      readonly value: string
      readonly gasLimit?: number
    }

/** What became of a message. */
export interface FvmReceipt {
  /** Zero if it succeeded. */
  readonly exit: number
  readonly gas: number
  readonly returned: Hex
  /** Why it failed, in the machine's words. */
  readonly failure?: string | null
}

/** A running runner. */
export interface FvmRunner extends AsyncDisposable {
  /** @throws Error if the runner refuses or is gone. */
  ask<T>(request: FvmRequest): Promise<T>
}

interface Waiting {
  readonly resolve: (line: string) => void
  readonly reject: (reason: Error) => void
}

/**
 * Starts a runner.
 *
 * @param command The program, and arguments after spaces.
 */
export function startRunner(command: string): FvmRunner {
  const [program = '', ...args] = command.split(' ').filter((part) => part !== '')
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: Waiting[] = []
  const gone = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      for (const one of waiting.splice(0)) one.reject(new Error(`${command}: ${reason}`))
      resolve()
    }
    child.once('error', (error) => end(error.message))
    child.once('close', (code) => end(`ended with ${code}`))
  })
  // a runner that is gone tells so by its end
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line))
  return {
    ask: <T>(request: FvmRequest) => ask<T>(child, waiting, request),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await gone
    },
  }
}

type Child = ChildProcessByStdio<Writable, Readable, null>

async function ask<T>(child: Child, waiting: Waiting[], request: FvmRequest): Promise<T> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('the runner is gone')
  const line = await new Promise<string>((resolve, reject) => {
    waiting.push({ resolve, reject })
    child.stdin.write(`${JSON.stringify(request)}\n`)
  })
  const answer = JSON.parse(line) as { readonly ok?: T; readonly error?: string }
  if (answer.error !== undefined) throw new Error(`${request.op}: ${answer.error}`)
  return answer.ok as T
}
