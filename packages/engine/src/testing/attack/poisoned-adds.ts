import type { Id, Operation } from '@sluice/protocol'
import type { Puppet } from '../puppet.ts'
import type { Attack } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const ROUNDS = 100

/** Adds whose locks are in order for the hub, each of which the next member, or the hub, would not have. */
function poisons(scene: AttackScene, thieves: Thieves, thief: Puppet): readonly Operation[] {
  const { payee, world } = scene
  const good = thieves.memoOf(300n)
  const stranger = { address: world.signerOf(77).address }
  const all = [
    { terms: thieves.termsOf(thief, payee, 1n), memo: good },
    { terms: thieves.termsOf(thief, payee, 200_000n), memo: good },
    { terms: thieves.termsOf(thief, payee, 600_000n), memo: thieves.memoOf(12n) },
    { terms: thieves.termsOf(thief, payee, 600_000n, 6), memo: good },
    { terms: thieves.termsOf(thief, payee, 600_000n, 200_000), memo: good },
    { terms: thieves.termsOf(thief, stranger, 200_000n), memo: good },
  ]
  return all.map((one) => ({ type: 'add', ...one }))
}

/** Gives back what was declined and not folded yet, so that there is room for more. */
function folds(thief: Puppet, folded: Set<Id>): readonly Operation[] {
  const declined = thief.heardOf('decline').filter(({ virtualId }) => !folded.has(virtualId))
  for (const { virtualId } of declined) folded.add(virtualId)
  return declined.map(({ virtualId }) => ({ type: 'fold', lockId: virtualId, amount: 0n }))
}

/** A stranger sends what the next member refuses, all the time, so that the adds of others in the same update are undone with its own. */
export const poisonedAdds: Attack = {
  name: 'poisoned-adds',
  about: 'adds that the next member does not take are sent all the time, beside those of honest users',
  async run() {
    const scene = await AttackScene.create({ payeePolicy: { capacityMin: 500_000n, virtualWindowMin: 8 } })
    const thieves = new Thieves(scene)
    const thief = await scene.thief(1)
    const channel = await thief.open(scene.hub, 10n ** 9n)
    const folded = new Set<Id>()
    scene.users.start(3)
    for (let round = 0; round < ROUNDS; round++) {
      await thief.update(channel, [...folds(thief, folded), ...poisons(scene, thieves, thief)])
      await scene.runFor(1)
    }
    return scene.report('poisoned-adds')
  },
}
