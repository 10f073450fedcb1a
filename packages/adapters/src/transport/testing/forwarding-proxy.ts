import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy before a port of this machine, which says in `X-Forwarded-For` what its callers name as the path. */
export interface ForwardingProxy {
  readonly urlFor: (address: string) => string
  readonly close: () => Promise<void>
}

/** Starts a proxy before a port. */
export async function startForwardingProxy(port: number): Promise<ForwardingProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
    client.once('data', (head) => {
      const text = head.toString('latin1')
      const address = /^GET \/(\S*) /.exec(text)?.[1] ?? ''
      upstream.write(text.replace('\r\n', `\r\nX-Forwarded-For: 203.0.113.66, ${address}\r\n`), 'latin1')
      client.pipe(upstream)
    })
    upstream.pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    urlFor: (address) => `ws://127.0.0.1:${own}/${address}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
