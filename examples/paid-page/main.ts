import { startLocalNetwork } from '@sluice/testing/local-chain'
import { createShop } from './shop.ts'
import { startSite } from './site.ts'

console.log('starting a local chain, a hub and a payee ...')
const network = await startLocalNetwork()
const site = await startSite(network, createShop(network.payee.payee))
console.log(`Open ${site.url} in a browser and buy something. Ctrl-C stops everything.`)

network.payee.engine.subscribe((event) => {
  if (event.type !== 'virtual' || event.virtual.status !== 'closed') return
  console.log(`sold for ${event.virtual.amount / 10n ** 9n} nanoFIL, ${network.received() / 10n ** 9n} in all`)
})
await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
site.stop()
await network.stop()
