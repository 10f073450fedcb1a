/** A change of one source: a text that must be there exactly so often, and what stands in its place. */
export interface Patch {
  /** Where the source's path ends. */
  readonly file: string
  readonly find: string
  readonly replace: string
  /** How often it is there; default 1. */
  readonly times?: number
}

/** A rule that keeps honest parties from losing, and how it is taken out of the node's own sources. */
export interface Rule {
  readonly name: string
  /** What holds with it. */
  readonly about: string
  readonly patches: readonly Patch[]
  /** The scope in which its absence is found, and who cheats there. */
  readonly scope: string
  readonly thieves: string
}

/**
 * A source with all patches that concern it.
 *
 * @throws RangeError if a text is not there as often as it should be: the source has changed, and the rule has to be looked at again.
 */
export function patched(path: string, source: string, patches: readonly Patch[]): string {
  return patches.reduce((text, { file, find, replace, times = 1 }) => {
    if (!path.endsWith(file)) return text
    const parts = text.split(find)
    if (parts.length - 1 !== times) {
      throw new RangeError(`${file} holds ${parts.length - 1} times and not ${times} times: ${find}`)
    }
    return parts.join(replace)
  }, source)
}
