import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Receipt } from '@sluice/http'
import { toNodeListener } from '@sluice/http/node'
import { startLocalNetwork } from '@sluice/testing/local-chain'
import { listen } from './listen.ts'
import { createModel } from './model.ts'

// A chain of its own with a payer, a hub and a payee on it. The payee sells; the payer has a channel with the hub alone.
console.log('starting a local chain, a hub, a payer and a payee ...')
const network = await startLocalNetwork()
const server = createServer(toNodeListener(createModel(network.payee.payee))).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/complete`

const nano = (amount: bigint): string => `${Number(amount / 10n ** 6n) / 1000} nanoFIL`

/** Asks, shows the answer as it comes, and hangs up after so many tokens. */
async function ask(prompt: string, tokens: number, patience = tokens): Promise<void> {
  const body = JSON.stringify({ prompt, tokens })
  let settled = (_charged: bigint): void => {}
  const charged = new Promise<bigint>((resolve) => (settled = resolve))
  const init = {
    method: 'POST',
    body,
    maxAmount: 10n ** 11n,
    onReceipt: (receipt: Receipt) => settled(receipt.charged),
  }
  const response = await network.payer.fetch(url, init)
  process.stdout.write(`\n${prompt}\n  `)
  const heard = await listen(response, patience, (token) => process.stdout.write(`${token} `))
  console.log(`\n  ${heard} tokens heard, ${nano(await charged)} charged`)
}

await ask('What is a channel?', 30)
await ask('What is a tab?', 60)
await ask('Tell me everything.', 1_000_000, 40)

const { length } = network.payer.engine.virtuals()
await network.payer.closeTabs()
await network.settled()
console.log(`\n${nano(network.received())} in all on ${length} virtual channel, and no answer took a transaction.`)
console.log(`Try it: curl -i -X POST ${url}     Ctrl-C stops everything.`)
await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
server.close()
await network.stop()
