import { createDigests, type Id, virtualKind } from '@sluice/protocol'
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
    for (const [number, at] of [
      [1, 100n],
      [2, 9_000n],
      [3, 100n],
    ] as const) {
      channelFacts.set(idOf(number), { ...noChannelFacts(idOf(number)), at })
    }
    forgetStrangers(channelFacts, (id) => id === idOf(3), 10_000n, { nonceAgeMax: 10, chainLag: 60 })
    expect([...channelFacts.entries()].map(([id]) => id)).toEqual([idOf(2), idOf(3)])
  })
})
