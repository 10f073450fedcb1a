import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Handler } from '@sluice/http'
import { toNodeHandler } from '@sluice/http/node'
import type { LocalNetwork } from '@sluice/testing/local-chain'
import { rolldown } from 'rolldown'

/** What is under `/` and `/page.js`: index.html, and page.ts with all that it imports, which is told where chain and hub are. */
async function bundlePage({ chain, hubSigner, hubUrl }: LocalNetwork) {
  const define = { NETWORK: JSON.stringify({ chainUrl: chain.url, hub: hubSigner, hubUrl }) }
  const input = join(import.meta.dirname, 'page.ts')
  const bundle = await rolldown({ input, platform: 'browser', transform: { define } })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false })
  const html = readFileSync(join(import.meta.dirname, 'index.html'), 'utf8')
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: html }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', text: output[0].code }],
  ])
}

/** Serves the page, and lets `sell` answer all else. Resolves with its address and how to end it. */
export async function startSite(network: LocalNetwork, sell: Handler) {
  const pages = await bundlePage(network)
  const paid = toNodeHandler(sell)
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '')
    if (page === undefined) paid(request, response)
    else response.setHeader('content-type', page.type).end(page.text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}/`, stop }
}
