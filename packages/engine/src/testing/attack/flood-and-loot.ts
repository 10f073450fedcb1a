import type { Puppet } from '../puppet.ts'
import type { Attack, AttackReport } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

/** What one virtual channel is worth: more than what the chain takes for it in a batch, so that the hub defends all of them. */
const CAPACITY = 80_000n
const OWED = 30_000_000n
/** How long they live, seconds: long enough to open all. */
const LIFE = 90n

/**
 * Thieves who pay each other through the hub let it fold towards the payees and never follow, all at once; when it is busy on chain, another closes
 * its channel by a state in which it owes nothing.
 */
export const floodAndLoot: Attack = {
  name: 'flood-and-loot',
  about:
    'thousands of virtual channels have to be closed on chain at once, and meanwhile a channel is closed by an old state',
  run: async () => (await flood(2, 1000)).report,
}

/** What a flood came to, and how many of its virtual channels the hub did not take on, since it could not have defended them. */
export interface Flood {
  readonly report: AttackReport
  readonly declined: number
}

/**
 * @param each How many virtual channels each pair of thieves wants to fall due.
 * @param callGasMax Most gas of a call of the hub's, by which it takes on more or fewer.
 */
export async function flood(pairs: number, each: number, callGasMax = 8_000_000): Promise<Flood> {
  const scene = await AttackScene.create({ policy: { defenceShare: 50, callGasMax } })
  const payers: Puppet[] = []
  const { hub, world } = scene
  const thieves = new Thieves(scene)
  const looter = await scene.thief(0)
  const looted = await looter.open(hub, OWED * 2n)
  await looter.update(looted, [{ type: 'pay', amount: OWED }])
  scene.owed += OWED
  scene.users.start()
  const until = thieves.memoOf(LIFE)
  for (let pair = 0; pair < pairs; pair++) {
    const [payer, payee] = [await scene.thief(2 * pair + 1), await scene.thief(2 * pair + 2)]
    payers.push(payer)
    const { incoming } = await thieves.channels(payer, payee, CAPACITY * BigInt(each))
    const all = Array.from({ length: each }, () => thieves.termsOf(payer, payee, CAPACITY, 20))
    await thieves.lock(payer, incoming, all, until)
    const answered = new Set<bigint>()
    thieves.answer(payee, answered)
    await scene.runFor(1)
    for (const terms of all) {
      const virtualId = thieves.idOf(terms)
      payee.send(hub.address, { type: 'claim', virtualId, voucher: payer.pay(virtualId, CAPACITY) })
    }
    await scene.runFor(2)
    thieves.answer(payee, answered)
  }
  let isBusy = false
  world.chain.watch(({ sender, call }) => {
    isBusy ||= sender === hub.address && call.type.startsWith('closeVirtual')
  })
  await world.scheduler.runUntil('the hub to close on chain', () => isBusy, 600_000)
  await thieves.closeWithNothing(looter, looted)
  await scene.runFor(300)
  const declined = payers
    .flatMap((payer) => payer.heardOf('decline'))
    .filter(({ code }) => code === 'DEFENCE_FULL').length
  return { report: await scene.report('flood-and-loot'), declined }
}
