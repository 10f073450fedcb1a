import type { Attack } from './attack.ts'
import { closeByOldState } from './old-state.ts'
import { AttackScene } from './scene.ts'

/** A channel is closed by an old state on a chain as Filecoin's endpoints show it. */
export const nullRounds: Attack = {
  name: 'null-rounds',
  about:
    'heights without blocks, logs that come late and an endpoint that is behind, while a channel is closed by an old state',
  async run() {
    const scene = await AttackScene.create({
      nullRounds: 0.25,
      finality: 5,
      hub: { endpoint: { lag: 2, lateLogs: 0.5 } },
    })
    await closeByOldState(scene)
    return scene.report('null-rounds')
  },
}
