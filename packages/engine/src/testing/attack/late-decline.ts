import type { Attack } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const CAPACITY = 50_000_000n
/** How long the hub's capital is held, seconds. */
const LIFE = 36_000n

/** A payee holds the hub's capital for hours, and declines in the end so that the payer's fee comes back. */
export const lateDecline: Attack = {
  name: 'late-decline',
  about: 'capital is locked for hours and given back by a decline, with the fee that was paid for the time',
  async run() {
    const scene = await AttackScene.create({
      policy: { feeBase: 1_000n, feePerHour: 1_000, lifetimeMax: 86_400, feeMax: 100_000 },
    })
    const { hub } = scene
    const thieves = new Thieves(scene)
    const [payer, payee] = [await scene.thief(1), await scene.thief(2)]
    const { incoming } = await thieves.channels(payer, payee, CAPACITY * 2n)
    const fee = 1_000n + (CAPACITY * 1_000n * (LIFE + 10n)) / (3_600n * 1_000_000n) + 1n
    const terms = thieves.termsOf(payer, payee, CAPACITY)
    const memo = thieves.memoOf(LIFE, fee)
    await payer.update(incoming, [
      { type: 'add', terms, memo },
      { type: 'pay', amount: fee },
    ])
    const answered = new Set<bigint>()
    thieves.answer(payee, answered)
    await scene.runFor(Number(LIFE) - 60)
    scene.users.start()
    payee.send(hub.address, { type: 'decline', virtualId: thieves.idOf(terms), code: 'NO', returned: 0n })
    await scene.runFor(5)
    thieves.answer(payee, answered)
    await scene.runFor(5)
    const returned = payer
      .heardOf('update')
      .flatMap(({ update }) => update.operations)
      .reduce((sum, operation) => (operation.type === 'pay' ? sum + operation.amount : sum), 0n)
    scene.fees = fee - returned
    scene.owed += fee
    await scene.runFor(60)
    return scene.report('late-decline')
  },
}
