import fc from 'fast-check'
import { bytesToHex, encodeAbiParameters, encodeFunctionData, type Hex } from 'viem'
import { expect, it } from 'vitest'
import { type ChannelTerms, channelIdOf, findChannelTerms, sluiceAbi } from './index.ts'

const deployment = { chainId: 314, verifyingContract: `0x${'5c'.repeat(20)}` } as const
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => bytesToHex(bytes))
const party = fc.record({ account: address, signer: address })
const anyTerms: fc.Arbitrary<ChannelTerms> = fc.record({
  a: party,
  b: party,
  token: fc.oneof(fc.constant<Hex>(`0x${'00'.repeat(20)}`), address),
  disputeWindow: fc.nat(2 ** 31 - 1),
  nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
})

const plainCall = (terms: ChannelTerms) =>
  encodeFunctionData({ abi: sluiceAbi, functionName: 'depositWithValue', args: [terms, 1] })

it('finds the terms in the input of a deposit', () => {
  fc.assert(
    fc.property(anyTerms, (terms) => {
      expect(findChannelTerms(plainCall(terms), channelIdOf(terms, deployment), deployment)).toEqual(terms)
    }),
  )
})

it('finds them where another call wraps the deposit', () => {
  fc.assert(
    fc.property(anyTerms, fc.uint8Array({ minLength: 1, maxLength: 40 }), (terms, before) => {
      const wrapped = encodeAbiParameters(
        [{ type: 'bytes' }, { type: 'bytes' }],
        [bytesToHex(before), plainCall(terms)],
      )
      const input: Hex = `0x12345678${wrapped.slice(2)}`
      expect(findChannelTerms(input, channelIdOf(terms, deployment), deployment)).toEqual(terms)
    }),
  )
})

it('takes no terms of another channel, chain or contract', () => {
  fc.assert(
    fc.property(anyTerms, anyTerms, (terms, other) => {
      fc.pre(channelIdOf(terms, deployment) !== channelIdOf(other, deployment))
      const id = channelIdOf(terms, deployment)
      expect(findChannelTerms(plainCall(other), id, deployment)).toBeUndefined()
      expect(findChannelTerms(plainCall(terms), id, { ...deployment, chainId: 315 })).toBeUndefined()
      expect(findChannelTerms('0x', id, deployment)).toBeUndefined()
    }),
  )
})
