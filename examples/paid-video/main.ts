import { startLocalNetwork } from '@sluice/testing/local-chain'
import { createFilm } from './film.ts'
import { startSite } from './site.ts'

console.log('starting a local chain, a hub and a payee ...')
const network = await startLocalNetwork()
const site = await startSite(network, createFilm(network.payee.payee))
console.log(`Open ${site.url} in a browser and press play. Ctrl-C stops everything.`)

network.payee.engine.subscribe((event) => {
  if (event.type !== 'virtual' || event.virtual.status !== 'closed') return
  console.log(
    `a segment sold for ${Number(event.virtual.amount) / 1e9} nanoFIL, ${Number(network.received()) / 1e9} in all`,
  )
})
await new Promise((stop) => process.on('SIGINT', stop).on('SIGTERM', stop))
site.stop()
await network.stop()
