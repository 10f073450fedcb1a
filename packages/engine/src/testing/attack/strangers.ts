import { encodeFrame, type Frame, NATIVE_TOKEN } from '@sluice/protocol'
import type { Attack } from './attack.ts'
import { AttackScene } from './scene.ts'

/** Keys, each with a session of its own, and what each says in it. */
const KEYS = 80
const PROPOSALS = 8
const FRAMES = 1_100

/** What of a hub's disk is of peers: as much with a flood as before, but for the channels that make room for one another. */
const entriesOf = ({ hub }: AttackScene): number =>
  [...hub.disk.snapshot().keys()].filter((key) => !key.startsWith('chain-')).length

/** Free keys propose channels that nobody pays into, and say far more than they may, session after session. */
export const strangers: Attack = {
  name: 'strangers',
  about: 'keys without money propose channels and flood their sessions, so that tables grow and others wait',
  async run() {
    const policy = { unfundedMax: 20 }
    const scene = await AttackScene.create({ policy })
    const { hub, world } = scene
    const before = entriesOf(scene)
    scene.users.start()
    const idle: Frame = { kind: 'ack', number: 0n }
    for (let key = 0; key < KEYS; key++) {
      const thief = await scene.thief(key)
      const minute = BigInt(Math.floor(world.scheduler.now() / 60_000))
      for (let i = 0; i < PROPOSALS; i++) {
        const [a, b] = [thief.address, hub.address].sort().map((signer) => ({ account: signer, signer }))
        if (a === undefined || b === undefined) throw new RangeError('two parties')
        const nonce = (minute << 32n) + BigInt(i)
        thief.send(hub.address, { type: 'propose', terms: { a, b, token: NATIVE_TOKEN, disputeWindow: 20, nonce } })
      }
      for (let i = 0; i < FRAMES; i++) thief.sendFrame(hub.address, encodeFrame(idle))
      await world.scheduler.runFor(100)
      // A channel, its peer, and an answer or two for each that still has its place.
      if (entriesOf(scene) - before > 20 * policy.unfundedMax) throw new Error('the tables of the hub grow')
    }
    await scene.runFor(hub.policy.fundingTimeout + 30)
    const left = hub.engine.channels().length
    if (left !== 2) throw new Error(`${left - 2} channels that nobody paid into are left`)
    return scene.report('strangers')
  },
}
