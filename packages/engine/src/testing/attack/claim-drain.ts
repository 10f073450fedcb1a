import type { Attack } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const CAPACITY = 2_000_000n
const CLAIMS = 300

/** While the window of a virtual channel runs, its payee claims a little more each second: a hub that redeemed each would pay for it. */
export const claimDrain: Attack = {
  name: 'claim-drain',
  about: 'a payee claims more and more while the window runs, so that the hub redeems again and again',
  async run() {
    const scene = await AttackScene.create()
    const { hub } = scene
    const thieves = new Thieves(scene)
    const [payer, payee] = [await scene.thief(1), await scene.thief(2)]
    const { incoming } = await thieves.channels(payer, payee, CAPACITY * 2n)
    scene.users.start()
    const terms = thieves.termsOf(payer, payee, CAPACITY, 600)
    await thieves.lock(payer, incoming, [terms], thieves.memoOf(600n))
    thieves.answer(payee, new Set())
    await scene.runFor(1)
    thieves.closeVirtual(payer, terms)
    await scene.runFor(3)
    const virtualId = thieves.idOf(terms)
    for (let i = 1; i <= CLAIMS; i++) {
      const voucher = payer.pay(virtualId, (CAPACITY * BigInt(i)) / BigInt(CLAIMS))
      payee.send(hub.address, { type: 'claim', virtualId, voucher })
      await scene.runFor(1)
    }
    await scene.runFor(400)
    return scene.report('claim-drain')
  },
}
