import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { deferred } from '../../src/deferred.ts'
import type { PageOutcome, PageSettings } from './outcome.ts'

/** Serves the page, and hears what it came to. */
export interface PageServer {
  readonly url: string
  /** Rejects with what the page says went wrong. */
  readonly outcome: Promise<PageOutcome>
  /** The CAR that the page bought. */
  readonly car: () => Uint8Array
  readonly stop: () => Promise<void>
}

async function bundlePage(): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL('./page.ts', import.meta.url)),
    platform: 'browser',
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return output[0].code
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Bundles the page as an app would and serves it on the loopback. */
export async function servePage(settings: PageSettings): Promise<PageServer> {
  const script = await bundlePage()
  let car: Uint8Array = new Uint8Array()
  const { promise: outcome, resolve, reject } = deferred<PageOutcome>()
  const pages: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/': ['text/html', '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', script],
    '/settings': ['application/json', JSON.stringify(settings)],
  }
  const take = (path: string, body: Buffer): void => {
    if (path === '/car') car = body
    if (path !== '/done') return
    const said = JSON.parse(body.toString()) as PageOutcome & { problem?: string; log?: readonly string[] }
    if (said.problem === undefined) resolve(said)
    else reject(new Error([said.problem, ...(said.log ?? [])].join('\n')))
  }
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/'
    if (request.method === 'POST') {
      take(path, await bodyOf(request))
      response.writeHead(204).end()
      return
    }
    const [type, body] = pages[path] ?? []
    if (type === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    outcome,
    car: () => car,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
