import { ProtocolError } from '../errors.ts'
import { bytesToHex, hexToBytes, MAX_UINT32 } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import { type Hex, ZERO_HASH } from '../primitives/hex.ts'
import type { Tick, Voucher } from './voucher.ts'

/** A preimage hashed `times` over. */
function hashTimes(keccak256: Keccak256, preimage: Hex, times: number): Hex {
  let bytes = hexToBytes(preimage, 32, 'preimage')
  for (let i = 0; i < times; i++) bytes = keccak256(bytes)
  return bytesToHex(bytes)
}

function checkIndex(index: number, min: number, max: number): void {
  if (!Number.isInteger(index) || index < min || index > max) {
    throw new ProtocolError('TICK_INDEX_INVALID', { index, min, max })
  }
}

/**
 * What a voucher commits to: keccak^count(seed). A seed is 32 random bytes, used for one voucher.
 *
 * @param count How many ticks, 1 to 2^32 - 1; costs as many hashes.
 * @throws ProtocolError `TICK_INDEX_INVALID`, `HEX_INVALID`.
 */
export function tickAnchor(keccak256: Keccak256, seed: Hex, count: number): Hex {
  checkIndex(count, 1, MAX_UINT32)
  return hashTimes(keccak256, seed, count)
}

/**
 * The tick that pays for the `index`-th time: keccak^(count - index)(seed).
 *
 * @throws ProtocolError `TICK_INDEX_INVALID` unless 1 <= index <= count.
 * @example `tickAt(keccak256, seed, 100, 1).preimage // hashes once to the anchor`
 */
export function tickAt(keccak256: Keccak256, seed: Hex, count: number, index: number): Tick {
  checkIndex(index, 1, count)
  return { index, preimage: hashTimes(keccak256, seed, count - index) }
}

/**
 * All ticks of a chain, the first to reveal first: for a payer that reveals them one by one, at one hash each in all.
 *
 * @throws ProtocolError `TICK_INDEX_INVALID`, `HEX_INVALID`.
 */
export function tickChain(keccak256: Keccak256, seed: Hex, count: number): readonly Tick[] {
  checkIndex(count, 1, MAX_UINT32)
  const ticks: Tick[] = []
  let bytes = hexToBytes(seed, 32, 'seed')
  for (let index = count; index > 0; index--) {
    ticks.push({ index, preimage: bytesToHex(bytes) })
    bytes = keccak256(bytes)
  }
  return ticks.reverse()
}

/** Whether the voucher commits to ticks. */
export function hasTicks(voucher: Voucher): boolean {
  return voucher.tickCount > 0
}

/**
 * Refuses a voucher whose tick fields are neither all zero nor all set.
 *
 * @throws ProtocolError `TICKS_HALF_SET`.
 */
export function checkTickFields(voucher: Voucher): void {
  const set = [voucher.tickAnchor !== ZERO_HASH, voucher.tickValue > 0n, voucher.tickCount > 0]
  if (set.some((field) => field !== set[0])) {
    throw new ProtocolError('TICKS_HALF_SET', {
      tickAnchor: voucher.tickAnchor,
      tickValue: voucher.tickValue,
      tickCount: voucher.tickCount,
    })
  }
}

/**
 * Refuses a tick that is not of the voucher's chain. Costs as many hashes as the index is above the last known tick.
 *
 * @param known The newest verified tick of the same voucher, if there is one.
 * @throws ProtocolError `TICKS_UNUSED`, `TICK_INDEX_INVALID` for one not above the known or past the count,
 *   `TICK_PREIMAGE_WRONG`, `HEX_INVALID`.
 */
export function checkTick(keccak256: Keccak256, voucher: Voucher, tick: Tick, known?: Tick): void {
  if (!hasTicks(voucher)) throw new ProtocolError('TICKS_UNUSED', { virtualId: voucher.virtualId })
  const from = known ?? { index: 0, preimage: voucher.tickAnchor }
  checkIndex(tick.index, from.index + 1, voucher.tickCount)
  if (hashTimes(keccak256, tick.preimage, tick.index - from.index) !== from.preimage) {
    throw new ProtocolError('TICK_PREIMAGE_WRONG', { index: tick.index })
  }
}
