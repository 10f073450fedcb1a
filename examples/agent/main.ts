import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { startLocalNetwork } from '@sluice/testing/local-chain'
import { runAgent } from './agent.ts'
import { createShop, createTools, PRICE } from './shop.ts'

console.log('starting a local chain, a hub, a shop of tools and an agent ...')
const network = await startLocalNetwork()
const shop = createShop(network.payee.payee)
const server = createServer(async (request, response) => {
  const tools = createTools(shop)
  const transport = new StreamableHTTPServerTransport({})
  response.on('close', () => void tools.close())
  await tools.connect(transport as Transport)
  await transport.handleRequest(request, response)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`

const nano = (amount: bigint) => `${amount / 10n ** 9n} nanoFIL`
const allowance = { each: PRICE, day: 4n * PRICE }
console.log(`the agent may spend ${nano(allowance.each)} for a call, and ${nano(allowance.day)} in a day\n`)
const words = ['sluice', 'channel', 'voucher', 'lock', 'hub', 'dispute']
const transport = new StreamableHTTPClientTransport(new URL(url)) as Transport
await runAgent(network.payer.payer, transport, allowance, words, ({ answer, refused }) =>
  console.log(answer === undefined ? `\nrefused, ${refused}` : `${nano(PRICE)}  ${answer}`),
)

await network.settled()
console.log(`\nThe shop has ${nano(network.received())} more in its channel with the hub. Its tools are at ${url}`)
console.log('Ctrl-C stops everything.')
await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
server.close()
await network.stop()
