import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:…`, without a slash at the end. */
  readonly origin: string
}

/** Serves on a free port of the loopback interface until disposed of. */
export async function serving(listener: RequestListener): Promise<Serving> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
