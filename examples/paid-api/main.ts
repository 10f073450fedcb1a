import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeListener } from '@sluice/http/node'
import { startLocalNetwork } from '@sluice/testing/local-chain'
import { createApi, PRICE } from './api.ts'

// A chain of its own with a payer, a hub and a payee on it. The payee sells; the payer has a channel with the hub alone.
console.log('starting a local chain, a hub, a payer and a payee ...')
const network = await startLocalNetwork()
const server = createServer(toNodeListener(createApi(network.payee.payee))).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/factors`

const unpaid = await fetch(`${url}/91`)
console.log(
  `without payment the API answers ${unpaid.status}: ${((await unpaid.json()) as { message: string }).message}\n`,
)

console.log('call                    answer                          paid         took')
for (const number of [91, 3_233, 1_000_003, 123_456_789, 600_851_475_143]) {
  const started = performance.now()
  const response = await network.payer.fetch(`${url}/${number}`, { maxAmount: PRICE })
  const { factors } = (await response.json()) as { factors: number[] }
  const took = `${(performance.now() - started).toFixed(0)} ms`
  console.log(
    `/factors/${String(number).padEnd(15)}${factors.join(' x ').padEnd(32)}${PRICE / 10n ** 9n} nanoFIL${took.padStart(9)}`,
  )
}

await network.payer.closeTabs()
await network.settled()
console.log(
  `\nThe API has ${network.received() / 10n ** 9n} nanoFIL more in its channel with the hub, and no call took a transaction.`,
)
console.log(`Try it: curl -i ${url}/91     Ctrl-C stops everything.`)
await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
server.close()
await network.stop()
