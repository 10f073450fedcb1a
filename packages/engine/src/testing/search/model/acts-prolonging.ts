import type { VirtualRecord } from '@sluice/protocol'
import type { Act, Deliver } from './acts.ts'
import type { Scene, SceneParty, SceneVirtual } from './scene.ts'

/** What a member of a path is offered for prolonging, by what it and each hub after it get: nothing, or a base unit for the last hub. */
export function prolongFees({ path }: SceneVirtual, position: number): readonly (readonly bigint[])[] {
  const hubs = path.length - 1 - position
  const nothing = Array.from({ length: hubs }, () => 0n)
  return hubs < 2 ? [nothing] : [nothing, nothing.with(-1, 1n)]
}

/** All that thieves can say to an honest party of a virtual channel's life. */
export function* prolongings(
  scene: Scene,
  party: SceneParty,
  virtual: SceneVirtual,
  { position, prolonged }: VirtualRecord,
  deliver: Deliver,
): Generator<Act> {
  const { virtualId, memo, path, index } = virtual
  const thiefAt = (place: number) => scene.parties.find((one) => one.isThief && one.index === path[place])
  const name = `V${index + 1}`
  const previous = thiefAt(position - 1)
  const until = (memo.until[position - 1] ?? 0n) + 1n
  for (const fees of previous === undefined ? [] : prolongFees(virtual, position)) {
    yield {
      label: `${previous?.name} prolongs ${name} at ${party.name}, with ${fees.join(' and ') || 'no'} fees`,
      run: (tx) => previous && deliver(tx, { from: previous, message: { type: 'prolong', virtualId, until, fees } }),
    }
  }
  const next = thiefAt(position + 1)
  if (next === undefined || prolonged === undefined) return
  const declined = (memo.until[position] ?? 0n) + prolonged.by
  for (const returned of [0n, 1n]) {
    yield {
      label: `${next.name} declines to prolong ${name}, says that ${returned} came back to ${party.name}`,
      run: (tx) =>
        deliver(tx, {
          from: next,
          message: { type: 'prolongDecline', virtualId, until: declined, code: 'FEE_LOW', returned },
        }),
    }
  }
}
