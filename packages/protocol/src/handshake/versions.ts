/** The versions of the protocol that a side speaks, both bounds included: whole numbers from 1 to 255. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** What this code speaks. */
export const VERSIONS: VersionRange = { min: 1, max: 1 }

/** The highest version that both sides speak, which their session is held in; undefined if there is none. */
export function commonVersion(ours: VersionRange, theirs: VersionRange): number | undefined {
  const highest = Math.min(ours.max, theirs.max)
  return highest >= Math.max(ours.min, theirs.min) ? highest : undefined
}
