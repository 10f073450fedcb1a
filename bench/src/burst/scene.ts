import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { LocalBlocks } from '../local/blocks.ts'
import { HoldableClock } from '../local/clock.ts'
import { everyBlock, keyOf, LocalParty, type Surroundings } from '../local/party.ts'
import { LocalWire } from '../local/wire.ts'

/** What each deposits into a channel: room for every virtual channel of a measurement at once. */
const DEPOSIT = 10n ** 18n

/** A hub between payers and payees, each with an open channel to it. */
export interface BurstScene {
  readonly clock: HoldableClock
  readonly hub: LocalParty
  readonly payers: readonly LocalParty[]
  readonly payees: readonly LocalParty[]
  stop(): Promise<void>
}

/** Starts all parties within this process and opens the channels between them. */
export async function createBurstScene(folder: string, payers: number, payees: number): Promise<BurstScene> {
  const crypto = await createNodeCrypto()
  const clock = new HoldableClock()
  const blocks = new LocalBlocks(crypto)
  const surroundings: Surroundings = { crypto, clock, blocks, wire: new LocalWire(), folder }
  let number = 1
  const make = (name: string, policy = {}) => new LocalParty(surroundings, { name, key: keyOf(number++), policy })
  const hub = make('hub', { forward: true })
  const scene: BurstScene = {
    clock,
    hub,
    payers: Array.from({ length: payers }, (_, i) => make(`payer${i}`)),
    payees: Array.from({ length: payees }, (_, i) => make(`payee${i}`)),
    async stop() {
      for (const party of [hub, ...scene.payers, ...scene.payees]) await party.stop()
      endBlocks()
    },
  }
  let endBlocks = everyBlock(blocks, 20)
  for (const party of [hub, ...scene.payers, ...scene.payees]) await party.start()
  await Promise.all(scene.payers.map((payer) => payer.fund(hub, DEPOSIT)))
  await Promise.all(scene.payees.map((payee) => hub.fund(payee, DEPOSIT)))
  endBlocks()
  endBlocks = everyBlock(blocks, 1000)
  return scene
}
