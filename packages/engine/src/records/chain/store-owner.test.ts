import { afterEach, expect, it } from 'vitest'
import { createEngine } from '../../api/create-engine.ts'
import type { Disk } from '../../testing/disk.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World

afterEach(() => world.stop())

/** An engine on bob's disk, of the signer with the number, with the chain as another contract or chain would have it. */
async function startOnHisDisk(number: number, domain?: Partial<World['chain']['domain']>): Promise<unknown> {
  const bob = world.party('bob')
  const { chain, network, scheduler, random, crypto } = world
  const signer = world.signerOf(number)
  const port = chain.connect(signer.address)
  const none = () => {}
  const ports = {
    store: bob.disk.open(),
    transport: network.attach(signer.address, `sim:${number}`),
    chain: { ...port, domain: { ...port.domain, ...domain } },
    clock: { now: () => scheduler.now(), after: (ms: number, run: () => void) => scheduler.after(ms, run) },
    random: random.fork('other').bytes,
    crypto,
    signer,
    log: { debug: none, info: none, warn: none, error: none },
  }
  const started = createEngine(ports, { policy: bob.policy }).then(
    (engine) => engine.stop(),
    (error: unknown) => error,
  )
  return world.finish(started)
}

async function makeStore(): Promise<Disk> {
  world = createWorld({ seed: 1, parties: { bob: {} } })
  await world.start()
  await world.stop()
  return world.party('bob').disk
}

it('takes the store of the same chain, contract and signer', async () => {
  await makeStore()
  expect(await startOnHisDisk(1)).toBeUndefined()
})

it('refuses the store of another signer, contract or chain, says what differs, and writes nothing', async () => {
  const disk = await makeStore()
  const before = disk.snapshot()
  const self = world.party('bob').address
  const other = world.signerOf(2).address
  const { chainId, contract } = world.chain.domain
  const elsewhere = `0x${'77'.repeat(20)}` as const
  const refused = (stored: string, given: string) => ({ code: 'STORE_OF_ANOTHER', details: { stored, given } })
  expect(await startOnHisDisk(2)).toMatchObject(refused(`signer ${self}`, `signer ${other}`))
  expect(await startOnHisDisk(1, { contract: elsewhere })).toMatchObject(
    refused(`contract ${contract}`, `contract ${elsewhere}`),
  )
  expect(await startOnHisDisk(2, { chainId: 5n })).toMatchObject(
    refused(`chain ${chainId}, signer ${self}`, `chain 5, signer ${other}`),
  )
  expect(disk.snapshot()).toEqual(before)
})
