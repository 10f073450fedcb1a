import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ListenAddress } from '../cli/parse.ts'
import { hostText, listenError } from '../rpc/listen.ts'
import type { Stopper } from './stopper.ts'

/**
 * Lets an HTTP server listen until the daemon stops. Answers its address.
 *
 * @param drainMs How long what is under way may go on when it stops, milliseconds.
 * @throws NodeError PORT_TAKEN, LISTEN_FAILED
 */
export async function listenHttp(
  server: Server,
  { host, port }: ListenAddress,
  purpose: string,
  stopper: Stopper,
  drainMs = 0,
): Promise<string> {
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (_, socket) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening').catch((thrown) => {
    throw listenError(thrown, `${hostText(host)}:${port}`, purpose)
  })
  stopper.add(() => {
    for (const socket of upgraded) socket.destroy()
    return closeServer(server, drainMs)
  })
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${hostText(host)}:${actual}`
}

async function closeServer(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(timer)
}
