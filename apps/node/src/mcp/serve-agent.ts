import type { Readable } from 'node:stream'
import { Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createWalletServer, type Wallet } from '@sluice/mcp/wallet'
import type { Streams } from '../cli/output.ts'

/** Serves a wallet over standard input and output, until the agent closes them or the signal aborts. */
export async function serveAgent(
  wallet: Wallet,
  input: Readable,
  streams: Streams,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  const server = createWalletServer(wallet, { version })
  const output = new Writable({
    write(piece: Uint8Array, _encoding, done) {
      streams.bytes(piece).then(() => done(), done)
    },
  })
  const ended = new Promise<void>((resolve) => {
    input.once('end', resolve).once('close', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.connect(new StdioServerTransport(input, output))
  await ended
  await server.close()
}
