import { randomBytes } from 'node:crypto'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fil, megabytes } from '../screen.ts'
import { type Line, numberOf, textOf } from '../sluice.ts'
import { type Actor, allClosed, end, eventually, openChannel, type Stage } from './stage.ts'

/** What an act came to: who took part, and how much more or less each should have by it, gas aside, base units. */
export interface Act {
  readonly title: string
  readonly actors: readonly Actor[]
  readonly expected: Readonly<Record<string, bigint>>
}

const PRICE = ['--price', '1nanoFIL', '--per', '1KiB']
const DEPOSIT = '1FIL'
/** The first file is so large that its download can be ended in the middle. */
const LARGE = 200_000_000
const SMALL = 2_000_000

async function packed({ plain, folder }: Stage, by: Actor, bytes: number): Promise<{ cid: string; cars: string }> {
  const file = join(folder, `${by.name}.bin`)
  writeFileSync(file, randomBytes(bytes))
  const cars = join(folder, `${by.name}-cars`)
  const cid = textOf(await plain(['pack', file, '--out', cars]), 'cid')
  rmSync(file)
  return { cid, cars }
}

/** Begins a download and kills it in the middle: the virtual channel stays open, and what was paid is with the provider. */
async function halfDownload({ start, folder }: Stage, client: Actor, url: string): Promise<void> {
  const get = start(client, ['get', url, '--out', join(folder, 'half.car')], (line) => {
    if (line.type === 'progress' && numberOf(line, 'bytes') > LARGE / 20) get.stop('SIGKILL')
  })
  if ((await get.ended) !== null) throw new Error(`the download was not ended in the middle: ${get.complaint()}`)
}

/** The one virtual channel of somebody, once its amount stands still. */
async function standing({ run }: Stage, actor: Actor): Promise<bigint> {
  let before: bigint | undefined
  return eventually('the payments to arrive', async () => {
    const { virtuals } = await run(actor, ['virtual', 'list'])
    const [virtual] = virtuals as readonly Line[]
    const amount = virtual === undefined ? 0n : BigInt(textOf(virtual, 'amount'))
    if (amount > 0n && amount === before) return amount
    before = amount
    return undefined
  })
}

/** A provider's disk is gone in the middle of a download, with the client gone, too. */
export async function lostDisk(stage: Stage): Promise<Act> {
  const { screen, actor, run, daemon, folder } = stage
  const [client, hub, provider] = [await actor('client'), await actor('hub'), await actor('provider')]
  screen.step('1  a disk that is lost: client, hub and provider; the provider keeps a backup elsewhere by itself')
  const { cid, cars } = await packed(stage, provider, LARGE)
  const elsewhere = join(folder, 'elsewhere')
  const backups = ['--backup-folder', elsewhere, '--backup-every', '1s']
  const daemons = {
    hub: await daemon(hub, ['hub']),
    provider: await daemon(provider, ['provide', cars, ...PRICE, ...backups]),
    client: await daemon(client, ['node']),
  }
  await Promise.all([
    openChannel(stage, client, daemons.hub, DEPOSIT),
    openChannel(stage, hub, daemons.provider, DEPOSIT),
  ])
  screen.step('   the client downloads, is killed in the middle, and its node with it')
  await halfDownload(stage, client, `${textOf(daemons.provider.ready, 'httpUrl')}/ipfs/${cid}`)
  const paid = await standing(stage, provider)
  await end(daemons.client, 'SIGKILL')
  await eventually('the backup to hold all', async () => {
    const { node } = await run(provider, ['status'])
    const { backup } = node as { readonly backup?: Line }
    return backup?.madeAt !== undefined && backup.staleSince === undefined ? true : undefined
  })
  screen.step(`   ${fil(paid)} was paid. The provider's disk is gone, key file and backup elsewhere are left`)
  await end(daemons.provider, 'SIGKILL')
  const rescued: Actor = { ...provider, data: join(folder, 'rescued') }
  cpSync(join(provider.data, 'key.json'), join(rescued.data, 'key.json'))
  rmSync(provider.data, { recursive: true })
  screen.step('   `sluice backup submit` gets the money on chain, window by window')
  await run(rescued, ['backup', 'submit', join(elsewhere, `sluice-${provider.address}.backup`)])
  screen.step('   the client comes back; all close')
  const again = await daemon(client, ['node'])
  await closeAll(stage, client)
  await allClosed(stage, hub)
  for (const one of [again, daemons.hub]) await end(one)
  return {
    title: 'a disk lost in the middle of a download',
    actors: [client, hub, provider],
    expected: { client: -paid, hub: 0n, provider: paid },
  }
}

/** A provider is away for a whole window, its hub shows a state from before it was paid, and a tower answers. */
export async function away(stage: Stage): Promise<Act> {
  const { screen, actor, run, daemon, copy, folder } = stage
  const [buyer, relay, shop, tower] = [
    await actor('buyer'),
    await actor('relay'),
    await actor('shop'),
    await actor('tower'),
  ]
  screen.step('2  away while the hub cheats: buyer, relay (the hub), shop, and a watchtower that the shop hires')
  const { cid, cars } = await packed(stage, shop, SMALL)
  let relayRuns = await daemon(relay, ['hub'])
  const provide = ['provide', cars, ...PRICE]
  let shopRuns = await daemon(shop, provide)
  const buyerRuns = await daemon(buyer, ['node'])
  const towerRuns = await daemon(tower, ['watchtower'])
  const [, channel] = [
    await openChannel(stage, buyer, relayRuns, DEPOSIT),
    await openChannel(stage, relay, shopRuns, DEPOSIT),
    await openChannel(stage, shop, towerRuns, DEPOSIT),
  ]
  const listen = ['--listen', new URL(textOf(relayRuns.ready, 'peerUrl')).host]
  await end(relayRuns)
  const restore = copy(relay)
  relayRuns = await daemon(relay, ['hub', ...listen])
  const url = `${textOf(shopRuns.ready, 'httpUrl')}/ipfs/${cid}`
  const got = await run(buyer, ['get', url, '--out', join(folder, 'whole.car')])
  const paid = BigInt(textOf(got, 'paid'))
  const fees = BigInt(textOf(got, 'fees'))
  screen.step(
    `   the buyer paid ${fil(paid)} for ${megabytes(numberOf(got, 'bytes'))}; the shop hires the tower, and goes away`,
  )
  const prepaid = 10n ** 16n
  await run(shop, ['watchtower', 'add', textOf(towerRuns.ready, 'towerUrl'), '--prepay', `${prepaid}`])
  await end(shopRuns, 'SIGKILL')
  await end(buyerRuns)
  await end(relayRuns)
  screen.step('   the relay goes back to a copy from before, and closes by it: the tower has its window to answer')
  restore()
  relayRuns = await daemon(relay, ['hub', ...listen])
  await run(relay, ['channel', 'close', channel, '--mode', 'unilateral'])
  screen.step('   the window is over. The shop comes back; all close')
  shopRuns = await daemon(shop, provide)
  const buyerAgain = await daemon(buyer, ['node'])
  await closeAll(stage, shop)
  await closeAll(stage, buyer)
  for (const one of [relay, tower]) await allClosed(stage, one)
  for (const one of [buyerAgain, shopRuns, relayRuns, towerRuns]) await end(one)
  return {
    title: 'away while the hub shows an old state',
    actors: [buyer, relay, shop, tower],
    expected: { buyer: -paid - fees, relay: fees, shop: paid - prepaid, tower: prepaid },
  }
}

/** Closes what is open of somebody's, and waits for what others close. */
async function closeAll(stage: Stage, actor: Actor): Promise<void> {
  const { channels } = await stage.run(actor, ['channel', 'list'])
  for (const { channelId, status, frozen } of channels as readonly Line[]) {
    if (status === 'open' && frozen === undefined) await stage.run(actor, ['channel', 'close', String(channelId)])
  }
  await allClosed(stage, actor)
}
