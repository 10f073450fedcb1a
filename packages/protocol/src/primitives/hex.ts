/** Lowercase hexadecimal with the prefix `0x`. */
export type Hex = `0x${string}`

/** 20 bytes, lowercase. Also the form of a token; {@link NATIVE_TOKEN} stands for the chain's own. */
export type Address = Hex

/** 32 bytes, lowercase: the id of a channel or of a virtual channel. */
export type Id = Hex

/** The token of channels in the chain's native currency. */
export const NATIVE_TOKEN: Address = '0x0000000000000000000000000000000000000000'

/** 32 zero bytes: the root of a lane without locks, the anchor of a voucher without ticks. */
export const ZERO_HASH: Hex = '0x0000000000000000000000000000000000000000000000000000000000000000'
