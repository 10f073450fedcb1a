import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Receipt } from '@sluice/http'
import { toNodeListener } from '@sluice/http/node'
import { startLocalNetwork } from '@sluice/testing/local-chain'
import { createShop, SECOND } from './shop.ts'

const CALLS = 20
const SECONDS = 3
const TOKENS = 60
const tell = process.argv.includes('--json') ? console.error : console.log

// A chain of its own with a payer, a hub and a payee on it. The payee sells; the payer has a channel with the hub alone.
tell('starting a local chain, a hub, a payer and a payee ...')
const network = await startLocalNetwork()
const server = createServer(toNodeListener(createShop(network.payee.payee))).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const nano = (amount: bigint): string => `${Number(amount / 10n ** 6n) / 1000} nanoFIL`

/** Buys one answer to its end. Answers what it cost. */
async function buy(target: string): Promise<bigint> {
  let settled = (_charged: bigint): void => {}
  const charged = new Promise<bigint>((resolve) => (settled = resolve))
  const onReceipt = (receipt: Receipt) => settled(receipt.charged)
  const response = await network.payer.fetch(url + target, { maxAmount: 10n ** 11n, onReceipt })
  if (!response.ok) throw new Error(`${target} is answered ${response.status}`)
  await response.arrayBuffer()
  return charged
}

const from = performance.now()
let called = 0n
for (let i = 0; i < CALLS; i++) called += await buy(`/square?of=${i}`)
tell(`${CALLS} calls of an API         ${nano(called)}`)
const film = await buy(`/film?seconds=${SECONDS}`)
const seconds = Number(film / SECOND)
tell(`${seconds} seconds of a film begun  ${nano(film)}`)
const said = await buy(`/model?tokens=${TOKENS}`)
tell(`${TOKENS} tokens of a model       ${nano(said)}`)
const tookSeconds = Number(((performance.now() - from) / 1000).toFixed(3))

const virtualChannels = network.payer.engine.virtuals().length
await network.payer.closeTabs()
await network.settled()
const received = network.received()
const { conserved, transactions: onchainTransactions } = await network.closeAll()
const paid = called + film + said
tell(`${nano(received)} in all on ${virtualChannels} virtual channel, and no purchase took a transaction.`)
const counts = { calls: CALLS, seconds, tokens: TOKENS, virtualChannels, onchainTransactions }
const ok = conserved && received === paid
if (process.argv.includes('--json')) {
  const costs = { paid: String(paid), called: String(called), film: String(film), said: String(said) }
  console.log(JSON.stringify({ ok, conserved, ...counts, ...costs, tookSeconds }))
} else
  console.log(
    `${ok ? 'all' : 'NOT all'} that was charged arrived, and all else came back: ${onchainTransactions} transactions.`,
  )
if (!process.argv.includes('--once')) {
  tell(`Try it: curl -i ${url}/square?of=7     Ctrl-C stops everything.`)
  await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
}
server.close()
await network.stop()
process.exitCode = ok ? 0 : 1
