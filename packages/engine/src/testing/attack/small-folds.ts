import type { PolicyChanges } from '../../policy/policy.ts'
import type { Attack, AttackReport } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const COUNT = 40
/** Worth enforcing; what is claimed of it is not. */
const CAPACITY = 200_000n
const CLAIMED = 70_000n
/** What they pay the hub for each, as it asks for nothing itself. */
const FEE = 5_000n

/**
 * Strangers open large virtual channels through the hub, of which they claim less than a transaction costs, and the payer never follows.
 *
 * @returns Also how many of these claims the hub followed.
 */
export async function foldSmall(policy: PolicyChanges = {}): Promise<{ report: AttackReport; folded: number }> {
  const scene = await AttackScene.create({ policy })
  const { hub } = scene
  const thieves = new Thieves(scene)
  const [payer, payee] = [await scene.thief(1), await scene.thief(2)]
  const { incoming } = await thieves.channels(payer, payee, (CAPACITY + FEE) * BigInt(COUNT))
  scene.users.start()
  const all = Array.from({ length: COUNT }, () => thieves.termsOf(payer, payee, CAPACITY))
  await payer.update(incoming, [{ type: 'pay', amount: FEE * BigInt(COUNT) }])
  await thieves.lock(payer, incoming, all, thieves.memoOf(300n, 0n))
  scene.owed += FEE * BigInt(COUNT)
  scene.fees += FEE * BigInt(COUNT)
  const answered = new Set<bigint>()
  thieves.answer(payee, answered)
  await scene.runFor(1)
  for (const terms of all) {
    const virtualId = thieves.idOf(terms)
    payee.send(hub.address, { type: 'claim', virtualId, voucher: payer.pay(virtualId, CLAIMED) })
    await scene.runFor(1)
    thieves.answer(payee, answered)
  }
  await scene.runFor(600)
  const folds = payee.heardOf('update').flatMap(({ update }) => update.operations)
  const folded = folds.filter((one) => one.type === 'fold' && one.amount > 0n).length
  return { report: await scene.report('small-folds'), folded }
}

export const smallFolds: Attack = {
  name: 'small-folds',
  about:
    'the hub folds little of large virtual channels towards the payee, each less than fetching it from the payer costs',
  run: async () => (await foldSmall()).report,
}
