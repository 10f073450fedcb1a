import { once } from 'node:events'
import { createServer } from 'node:http'
import { limitConnections, TrustedProxies } from '@sluice/adapters/net'
import type { ListenAddress } from '../cli/parse.ts'
import { httpLimits } from '../config/descriptors.ts'
import { hostText, listenError } from '../rpc/listen.ts'

/** A scraper that takes this long to read is gone, milliseconds. */
const SILENT = 30_000

/** A listener that answers `GET /metrics` only, without a token: for a scraper of this machine. */
export async function startMetricsServer(
  { host, port }: ListenAddress,
  render: () => string,
): Promise<{ readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const isMetrics = request.method === 'GET' && request.url === '/metrics'
    response.writeHead(isMetrics ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(isMetrics ? render() : '')
  })
  limitConnections(server, httpLimits('metrics', SILENT), new TrustedProxies())
  server.listen(port, host)
  await once(server, 'listening').catch((thrown) => {
    throw listenError(thrown, `${hostText(host)}:${port}`, 'metrics')
  })
  return {
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
