import type { PolicyChanges } from '../../policy/policy.ts'
import type { Attack, AttackReport } from './attack.ts'
import { AttackScene } from './scene.ts'
import { Thieves } from './thieves.ts'

const THIEVES = 6
/** How many virtual channels each wants to hold, and how much each of them holds. */
const EACH = 100
const CAPACITY = 1_000_000n
/** Seconds for which honest users pay before, and while all is held. */
const BEFORE = 120
const HELD = 240

/** Strangers lock all slots and all capital of the hub's lane to an honest payee, and never pay. */
export const jamming: Attack = {
  name: 'jamming',
  about: 'many strangers lock what the hub has towards an honest payee and hold it, so that nobody else finds room',
  run: () => jam({ strangersShare: 30, strangerSlots: 2, strangerCapacity: 5 }),
}

/** @param shares What strangers may hold of a lane. */
export async function jam(shares: PolicyChanges): Promise<AttackReport> {
  const scene = await AttackScene.create({ policy: { ...shares, locksMax: 256, lifetimeMax: 86_400 } })
  const thieves = new Thieves(scene)
  scene.users.start()
  await scene.runFor(BEFORE)
  for (let number = 1; number <= THIEVES; number++) {
    const thief = await scene.thief(number)
    const channel = await thief.open(scene.hub, CAPACITY * BigInt(EACH))
    const all = Array.from({ length: EACH }, () => thieves.termsOf(thief, scene.payee, CAPACITY))
    await thieves.lock(thief, channel, all, thieves.memoOf(BigInt(2 * HELD)))
  }
  await scene.runFor(HELD)
  return scene.report('jamming')
}
