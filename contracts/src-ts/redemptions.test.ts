import { expect, it } from 'vitest'
import { groupRedemptions, type Redemption } from './index.ts'

const who = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const
const zeros = `0x${'00'.repeat(32)}` as const
const signature = { r: `0x${'11'.repeat(32)}`, yParityAndS: `0x${'22'.repeat(32)}` } as const

function redemption(path: readonly number[], over: Partial<Redemption['terms']> = {}, ticks = 0): Redemption {
  return {
    terms: { path: path.map(who), token: who(0), capacity: 5n, disputeWindow: 60, nonce: 7n, ...over },
    voucher: { amount: 3n, tickAnchor: zeros, tickValue: 0n, tickCount: ticks, ticks: 0, preimage: zeros, signature },
  }
}

it('packs what is a member’s own into two words', () => {
  const [call] = groupRedemptions([redemption([0xabc, 2, 3], { nonce: 2n ** 64n - 1n, capacity: 2n ** 128n - 1n })])
  expect(call).toEqual({
    group: { others: [who(2), who(3)], token: who(0), disputeWindow: 60 },
    items: [
      {
        payerAndNonce: `${who(0xabc)}00000000ffffffffffffffff`,
        capacityAndAmount: (2n ** 256n - 1n - (2n ** 128n - 1n)) | 3n,
        signature,
      },
    ],
  })
})

it('makes a call for each path behind the payer, token and window', () => {
  const calls = groupRedemptions([
    redemption([1, 2, 3]),
    redemption([9, 2, 3], { nonce: 8n, capacity: 6n }),
    redemption([1, 2, 4]),
    redemption([1, 2, 3], { token: who(5) }),
    redemption([1, 2, 3], { disputeWindow: 61 }),
    redemption([1, 3]),
    redemption([1, 2, 3], { nonce: 9n }),
  ])
  expect(calls.map(({ items }) => items.length)).toEqual([3, 1, 1, 1, 1])
})

it('refuses vouchers with ticks', () => {
  expect(() => groupRedemptions([redemption([1, 2, 3], {}, 4)])).toThrow(/ticks/)
})
