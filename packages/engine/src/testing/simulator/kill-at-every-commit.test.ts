import { describe, expect, it } from 'vitest'
import { type Ending, type Kill, tellStraightStory } from './straight-story.ts'

const endings: readonly Ending[] = ['cooperative', 'dispute']
const names = ['alice', 'hub', 'bob'] as const

/** What the story comes to, whoever is killed and when. */
const expected = { alice: 1880n, hub: 2000n, bob: 130n }

for (const ending of endings) {
  describe(`the straight story that ends in ${ending === 'cooperative' ? 'closing together' : 'a dispute'}`, () => {
    it('comes out right when nobody is killed', async () => {
      const { money } = await tellStraightStory(1, ending)
      expect(money).toEqual(expected)
    })

    for (const party of names) {
      it(`comes out right when ${party} is killed before or after any of its commits`, {
        timeout: 120_000,
      }, async () => {
        const { commits } = await tellStraightStory(1, ending)
        const kills = Array.from({ length: commits[party] }, (_, i) => i + 1).flatMap((commit): Kill[] => [
          { party, commit, fate: 'killBefore' },
          { party, commit, fate: 'killAfter' },
        ])
        expect(kills.length).toBeGreaterThan(20)
        for (const kill of kills) {
          const { money } = await tellStraightStory(1, ending, kill)
          expect({ kill, money }).toEqual({ kill, money: expected })
        }
      })
    }
  })
}
