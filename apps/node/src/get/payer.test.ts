import type { ChannelView } from '@sluice/engine'
import { expect, test } from 'vitest'
import { choosePath } from './payer.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const token = address('0')

function channel(signer: `0x${string}`, own: bigint, status: ChannelView['status'] = 'open'): ChannelView {
  const none = { sent: 0n, received: 0n }
  return {
    channelId: `0x${'ab'.repeat(32)}`,
    peer: { account: signer, signer },
    self: 0,
    token,
    disputeWindow: 20,
    status,
    deposits: { own, peer: 0n },
    withdrawn: { own: 0n, peer: 0n },
    paid: none,
    locked: none,
    spendable: { own, peer: 0n },
    connected: true,
  }
}

const [hubA, hubB, payee] = [address('a'), address('b'), address('c')]
const wanted = {
  payee,
  payeeAccount: payee,
  hubs: [{ signer: hubA }, { signer: hubB }],
  token,
  capacity: 10n,
  first: 1n,
}

function hubsOf(channels: readonly ChannelView[]) {
  return choosePath(wanted, channels).map(({ peer }) => peer.signer)
}

test('takes the hub whose channel can spend most', () => {
  expect(hubsOf([channel(hubA, 20n), channel(hubB, 30n), channel(address('d'), 99n)])).toEqual([hubB])
})

test('needs no hub where there is a channel with the payee that can spend enough', () => {
  expect(hubsOf([channel(hubA, 20n), channel(payee, 10n)])).toEqual([])
  expect(hubsOf([channel(hubA, 20n), channel(payee, 9n)])).toEqual([hubA])
})

test('says which hubs would do', () => {
  expect(() => hubsOf([channel(address('d'), 99n)])).toThrow(expect.objectContaining({ code: 'HUB_UNKNOWN' }))
  expect(() => hubsOf([channel(hubA, 99n, 'disputed')])).toThrow(expect.objectContaining({ code: 'HUB_UNKNOWN' }))
})

test('says how much is missing', () => {
  expect(() => hubsOf([channel(hubA, 9n)])).toThrow(expect.objectContaining({ code: 'SPENDABLE_TOO_SMALL' }))
})
