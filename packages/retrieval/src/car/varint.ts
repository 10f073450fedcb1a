/** The most bytes of a length in a CAR: sections stay below 256 MiB. */
export const MAX_VARINT = 4

/** A length as the unsigned varint of multiformats. `value`: a whole number below 2^28. */
export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Uint8Array.of(...bytes, rest)
    bytes.push((rest & 127) | 128)
  }
}

/**
 * Reads a varint at `at`. Undefined where the bytes end before it does; `invalid` where it is longer than {@link MAX_VARINT} or than needed.
 */
export function decodeVarint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly size: number } | 'invalid' | undefined {
  let value = 0
  for (let size = 1; size <= MAX_VARINT; size++) {
    const byte = bytes[at + size - 1]
    if (byte === undefined) return undefined
    value |= (byte & 127) << (7 * (size - 1))
    if (byte < 128) return byte === 0 && size > 1 ? 'invalid' : { value, size }
  }
  return 'invalid'
}
