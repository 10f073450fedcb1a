import type { Chain, ChainBlock, ChainHandler } from '@sluice/engine'
import { type Attack, AttackScene, closeByOldState } from '@sluice/engine/testing'
import { Chorus } from '../../chain/endpoints/chorus.ts'
import { Voice } from '../../chain/endpoints/voice.ts'

/** An endpoint that leaves out closes that were started, as long as it lies. */
class Liar {
  isLying = false
  #handler: ChainHandler | undefined
  #hidden: ChainBlock[] = []
  #newest: ChainBlock[] = []

  over(chain: Chain): Chain {
    return {
      ...chain,
      start: (from, handler) => {
        this.#handler = handler
        return chain.start(from, { ...handler, block: (block) => this.#tell(block) })
      },
    }
  }

  /** Shows what it hid, as a node does whose index has caught up. */
  comeRound(): void {
    this.isLying = false
    const [first] = this.#hidden
    if (first === undefined) return
    const again = this.#newest.filter(({ number }) => number >= first.number)
    this.#handler?.rolledBack(first.number - 1n)
    for (const block of again) this.#handler?.block(block)
    this.#hidden = []
  }

  #tell(block: ChainBlock): void {
    const events = block.events.filter(({ type }) => type !== 'closeStarted')
    this.#newest = [...this.#newest.slice(-1_000), block]
    const isHidden = this.isLying && events.length < block.events.length
    if (isHidden) this.#hidden.push(block)
    this.#handler?.block(isHidden ? { ...block, events } : block)
  }
}

/** Ways to the chain, read together as a node reads several endpoints. */
function together(ways: readonly [Chain, ...Chain[]]): Chain {
  let chorus: Chorus | undefined
  const voices = ways.map((_, i) => new Voice(`endpoint ${i + 1}`, () => chorus?.note()))
  return {
    ...ways[0],
    async start(from = -1n, handler) {
      chorus = new Chorus(() => voices, handler, from, undefined)
      for (const [i, voice] of voices.entries()) {
        voice.begin(from)
        await ways[i]?.start(from, voice.handler)
        voice.heard(undefined)
      }
      chorus.open()
    },
    async stop() {
      chorus?.close()
      for (const way of ways) await way.stop()
    },
  }
}

/** How long it lies: longer than the dispute window. Seconds. */
const LIE = 60

/** One of the hub's two endpoints hides that a channel is being closed by an old state, until the window is over. */
export const lyingEndpoint: Attack = {
  name: 'lying-endpoint',
  about: 'an endpoint of the chain leaves out that a channel is being closed by an old state',
  async run() {
    const liar = new Liar()
    const reach = (connect: () => Chain): Chain => together([connect(), liar.over(connect())])
    const scene = await AttackScene.create({ hub: { reach } })
    await closeByOldState(scene, () => {
      liar.isLying = true
      scene.world.scheduler.after(LIE * 1000, () => liar.comeRound())
    })
    return scene.report('lying-endpoint')
  },
}
