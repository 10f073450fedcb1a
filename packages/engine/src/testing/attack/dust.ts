import type { Attack } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const COUNT = 500
/** Less than any transaction costs. */
const CAPACITY = 2_000n

/** Strangers pay each other amounts through the hub that are not worth a transaction, and the payer never follows. */
export const dust: Attack = {
  name: 'dust',
  about: 'the hub folds amounts towards the payee that are not worth fetching from the payer',
  async run() {
    const scene = await AttackScene.create()
    const { hub } = scene
    const thieves = new Thieves(scene)
    const [payer, payee] = [await scene.thief(1), await scene.thief(2)]
    const { incoming } = await thieves.channels(payer, payee, CAPACITY * BigInt(COUNT))
    scene.users.start()
    const all = Array.from({ length: COUNT }, () => thieves.termsOf(payer, payee, CAPACITY))
    await thieves.lock(payer, incoming, all, thieves.memoOf(300n))
    const answered = new Set<bigint>()
    thieves.answer(payee, answered)
    await scene.runFor(1)
    for (const terms of all) {
      const virtualId = thieves.idOf(terms)
      payee.send(hub.address, { type: 'claim', virtualId, voucher: payer.pay(virtualId, CAPACITY) })
    }
    await scene.runFor(2)
    thieves.answer(payee, answered)
    await scene.runFor(600)
    return scene.report('dust')
  },
}
