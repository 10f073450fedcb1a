import {
  checkNonceAge,
  createDigests,
  type Id,
  makeNonce,
  NONCE_AHEAD_MAX,
  nonceMinute,
  virtualKind,
} from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createState } from '../records/state.ts'
import { createFastCrypto } from '../testing/fast-crypto.ts'
import { noChannelFacts } from './facts.ts'
import { forgetStrangers } from './forget.ts'

const idOf = (number: number): Id => `0x${number.toString(16).padStart(64, '0')}`

describe('what the chain said of others', () => {
  it('is forgotten once no such id could be agreed to, and of one’s own it is kept', () => {
    const crypto = createFastCrypto()
    const digests = createDigests({ chainId: 1n, contract: `0x${'51'.repeat(20)}` }, crypto)
    const { channelFacts } = createState({ crypto, digests }, virtualKind, () => {})
    const time = 1_000_000n
    // the last second that is forgotten, the first that is not, and one's own
    const last = time - BigInt(NONCE_AHEAD_MAX + 2 * 10 * 60 + 60) - 1n
    for (const [number, at] of [
      [1, last],
      [2, last + 1n],
      [3, last],
    ] as const) {
      channelFacts.set(idOf(number), { ...noChannelFacts(idOf(number)), at })
    }
    forgetStrangers(channelFacts, (id) => id === idOf(3), time, { nonceAgeMax: 10, chainLag: 60 })
    expect([...channelFacts.entries()].map(([id]) => id)).toEqual([idOf(2), idOf(3)])
  })

  it('is remembered as long as a nonce that the contract took then can be agreed to', () => {
    const [nonceAgeMax, chainLag] = [10, 60]
    const at = 1_000_000n
    const newest = makeNonce(at + BigInt(NONCE_AHEAD_MAX), new Uint8Array(4))
    // until when checkNonceAge takes it
    const until = (nonceMinute(newest) + BigInt(nonceAgeMax) + 1n) * 60n - 1n
    const forgottenFrom = at + BigInt(NONCE_AHEAD_MAX + 2 * nonceAgeMax * 60 + chainLag)
    expect(() => checkNonceAge(newest, until, nonceAgeMax)).not.toThrow()
    expect(() => checkNonceAge(newest, until + 1n, nonceAgeMax)).toThrow(
      expect.objectContaining({ code: 'ADD_NONCE_AGE' }),
    )
    expect(forgottenFrom > until).toBe(true)
  })
})
