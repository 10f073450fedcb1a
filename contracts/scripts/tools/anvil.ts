// A local chain of our own: on a free port, and gone when it is disposed of.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { foundryBinary } from './foundry.ts'

/** A running chain. */
export interface LocalChain extends AsyncDisposable {
  /** Where its JSON-RPC answers. */
  readonly url: string
}

/**
 * Starts anvil.
 *
 * @param chainId - The chain's id.
 * @param args - More arguments.
 * @returns The chain, once it listens.
 * @throws Error if it ends before it listens.
 */
export async function startAnvil(chainId: number, args: readonly string[] = []): Promise<LocalChain> {
  const child = spawn(foundryBinary('anvil'), ['--port', '0', '--chain-id', String(chainId), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = `http://${await listening(child)}`
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

async function listening(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('anvil has no standard output')
  for await (const line of createInterface(child.stdout)) {
    const found = /Listening on (\S+)/.exec(line)
    if (found?.[1] === undefined) continue
    child.stdout.resume()
    return found[1]
  }
  throw new Error('anvil ended before it listened')
}
