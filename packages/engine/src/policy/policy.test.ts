import { NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { checkPolicy } from './check-policy.ts'
import { limits } from './limits.ts'
import { capacityMinOf, createPolicy, profileOf } from './policy.ts'

const profiles = ['default', 'development', 'filecoin'] as const

describe('the policy', () => {
  it('takes each limit from its profile, and changes over it', () => {
    for (const profile of profiles) {
      const policy = createPolicy(profile)
      for (const [name, limit] of Object.entries(limits)) {
        expect(policy[name as keyof typeof limits]).toBe(limit[profile])
      }
    }
    expect(createPolicy('development', { forward: true, capacityMin: 7n })).toMatchObject({
      forward: true,
      capacityMin: 7n,
      locksMax: limits.locksMax.development,
    })
  })

  it('is made for the chain: for Filecoin, for a chain on this machine, or for another one', () => {
    expect([314n, 314_159n, 1337n, 31_337n, 31_415_926n, 1n, 8453n].map(profileOf)).toEqual([
      ...['filecoin', 'filecoin', 'development', 'development', 'development', 'default', 'default'],
    ])
  })

  it('takes channels in the native token alone unless told otherwise, and knows the least capacity of each token', () => {
    const [coin, other] = [`0x${'70'.repeat(20)}`, `0x${'71'.repeat(20)}`] as const
    expect(createPolicy().tokens).toEqual([{ token: NATIVE_TOKEN }])
    const policy = createPolicy('default', { tokens: [{ token: coin, capacityMin: 5n }, { token: other }] })
    expect(capacityMinOf(policy, coin)).toBe(5n)
    expect(capacityMinOf(policy, other)).toBe(limits.capacityMin.default)
  })

  it('is refused where limits contradict each other, with the reason', () => {
    for (const profile of profiles) expect(() => checkPolicy(createPolicy(profile))).not.toThrow()
    const wrong = [{ chainLag: 3600 }, { hopMargin: 1199 }, { lifetimeMin: 999_999 }, { virtualWindowMin: 1200 }]
    for (const changes of wrong) {
      const [name = ''] = Object.keys(changes)
      const error = { code: 'POLICY_CONTRADICTORY', details: { reason: expect.stringContaining(name) } }
      expect(() => checkPolicy(createPolicy('default', changes))).toThrow(expect.objectContaining(error))
    }
  })

  it('keeps every window above the time that looking takes, and limits in order', () => {
    for (const profile of profiles) {
      const policy = createPolicy(profile)
      expect(policy.channelWindowMin).toBeGreaterThan(policy.chainLag)
      expect(policy.virtualWindowMin).toBeGreaterThan(policy.chainLag)
      for (const kind of ['channelWindow', 'virtualWindow', 'lifetime'] as const) {
        expect(policy[`${kind}Min`]).toBeLessThanOrEqual(policy[`${kind}Default`])
        expect(policy[`${kind}Default`]).toBeLessThanOrEqual(policy[`${kind}Max`])
      }
      expect(policy.deadlineMin).toBeLessThan(policy.deadlineDefault)
      expect(policy.deadlineDefault).toBeLessThan(policy.deadlineMax)
      expect(policy.voucherMargin).toBeLessThan(policy.lifetimeMin)
      expect(policy.virtualWindowMax).toBeLessThanOrEqual(0xffff_ffff)
    }
  })
})
