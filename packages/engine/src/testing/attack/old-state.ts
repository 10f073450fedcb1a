import type { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const OWED = 30_000_000n

/**
 * A thief pays the hub, and closes by a state in which it owes nothing.
 *
 * @param onClose Called when it begins.
 */
export async function closeByOldState(scene: AttackScene, onClose: () => void = () => {}): Promise<void> {
  const thieves = new Thieves(scene)
  const looter = await scene.thief(1)
  const looted = await looter.open(scene.hub, OWED * 2n)
  // Until its deposit is final, wherever the chain is slow.
  await scene.runFor(60)
  await looter.update(looted, [{ type: 'pay', amount: OWED }])
  scene.owed += OWED
  scene.users.start()
  await scene.runFor(600)
  onClose()
  await thieves.closeWithNothing(looter, looted)
  await scene.runFor(600)
}
