import { describe, expect, it } from 'vitest'
import type { Address } from '../primitives/hex.ts'
import { NATIVE_TOKEN } from '../primitives/hex.ts'
import type { ChannelTerms, VirtualTerms } from './terms.ts'
import { checkChannelTerms, checkVirtualTerms } from './terms-check.ts'

const code = (code: string) => expect.objectContaining({ code })
const signer = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const channel = (a: Address, b: Address): ChannelTerms => ({
  a: { account: signer(9), signer: a },
  b: { account: signer(8), signer: b },
  token: NATIVE_TOKEN,
  disputeWindow: 60,
  nonce: 1n,
})
const virtual = (...path: Address[]): VirtualTerms => ({
  path,
  token: NATIVE_TOKEN,
  capacity: 1n,
  disputeWindow: 60,
  nonce: 1n,
})

describe('the terms of a channel', () => {
  it('have two signers in ascending order', () => {
    checkChannelTerms(channel(signer(1), signer(2)))
    expect(() => checkChannelTerms(channel(signer(2), signer(1)))).toThrow(code('TERMS_SIGNERS_ORDER'))
    expect(() => checkChannelTerms(channel(signer(2), signer(2)))).toThrow(code('TERMS_SIGNERS_ORDER'))
    expect(() => checkChannelTerms(channel(signer(0), signer(2)))).toThrow(code('TERMS_ZERO_SIGNER'))
  })

  it('have two accounts that can be paid', () => {
    const terms = channel(signer(1), signer(2))
    for (const party of ['a', 'b'] as const) {
      const spoilt = { ...terms, [party]: { ...terms[party], account: NATIVE_TOKEN } }
      expect(() => checkChannelTerms(spoilt)).toThrow(code('TERMS_ZERO_ACCOUNT'))
    }
  })

  it('have an account for each party', () => {
    const terms = channel(signer(1), signer(2))
    const shared = { ...terms, b: { ...terms.b, account: terms.a.account } }
    expect(() => checkChannelTerms(shared)).toThrow(code('TERMS_SAME_ACCOUNT'))
  })
})

describe('the terms of either', () => {
  it('leave time to answer', () => {
    const refused = code('TERMS_ZERO_WINDOW')
    expect(() => checkChannelTerms({ ...channel(signer(1), signer(2)), disputeWindow: 0 })).toThrow(refused)
    expect(() => checkVirtualTerms({ ...virtual(signer(1), signer(2)), disputeWindow: 0 })).toThrow(refused)
    checkChannelTerms({ ...channel(signer(1), signer(2)), disputeWindow: 1 })
  })

  it.each([Number.NaN, 0.5, -1, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY])(
    'have no window of %d seconds',
    (disputeWindow) => {
      const refused = code('NUMBER_OUT_OF_RANGE')
      expect(() => checkChannelTerms({ ...channel(signer(1), signer(2)), disputeWindow })).toThrow(refused)
      expect(() => checkVirtualTerms({ ...virtual(signer(1), signer(2)), disputeWindow })).toThrow(refused)
    },
  )
})

describe('the terms of a virtual channel', () => {
  it('have a path of 2 to 6 without repeats and without nobody', () => {
    const signers = [1, 2, 3, 4, 5, 6, 7].map(signer)
    for (let length = 2; length <= 6; length++) checkVirtualTerms(virtual(...signers.slice(0, length)))
    for (const path of [[], signers.slice(0, 1), signers]) {
      expect(() => checkVirtualTerms(virtual(...path))).toThrow(code('TERMS_PATH_LENGTH'))
    }
    expect(() => checkVirtualTerms(virtual(signer(1), signer(2), signer(1)))).toThrow(code('TERMS_PATH_REPEATED'))
    expect(() => checkVirtualTerms(virtual(signer(1), signer(0)))).toThrow(code('TERMS_ZERO_SIGNER'))
  })
})
