// A local chain for tests and for trying a deployment out.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { foundryBinary } from '../tools/foundry.ts'

/** A local chain in a process of its own. */
export interface LocalChain {
  /** Where its RPC answers. */
  readonly url: string
  /** Ends it. */
  stop(): Promise<void>
}

/**
 * Starts anvil on a free port and waits until it listens.
 *
 * @param chainId - Its chain id.
 * @param gasLimit - Of a block; what FEVM asks for goes past anvil's default.
 * @throws Error if it does not start.
 */
export async function startLocalChain(chainId: number, gasLimit = 1_000_000_000): Promise<LocalChain> {
  const args = ['--host', '127.0.0.1', '--port', '0', '--chain-id', `${chainId}`, '--gas-limit', `${gasLimit}`]
  const child = spawn(foundryBinary('anvil'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${await portOf(child)}`
  child.stdout?.resume()
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('anvil has no output')
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    const port = /^Listening on .*:(\d+)$/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error(`anvil did not start: ${said.join('\n')}`)
}
