import { expect, test } from 'vitest'
import type { MethodName, NodeApi, NodeInfo } from '../rpc/methods.ts'
import { createPurse } from './payer.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const [hub, payee, token] = [address('a'), address('c'), address('0')]
const virtualId = `0x${'12'.repeat(32)}` as const

const info: NodeInfo = {
  version: '1',
  role: 'node',
  profile: 'development',
  signer: address('d'),
  account: address('d'),
  chainId: 314n,
  contract: address('e'),
}

const channel = { status: 'open', token, peer: { signer: hub, account: hub }, spendable: { own: 100n, peer: 0n } }
const wanted = { payee, payeeAccount: payee, hubs: [{ signer: hub }], token, capacity: 50n, first: 1n }

/** A node that answers with these and notes what it was asked. */
function nodeOf(answers: Partial<Record<MethodName, unknown>>) {
  const calls: [MethodName, unknown][] = []
  const call = async (method: MethodName, params: unknown) => {
    calls.push([method, params])
    return answers[method]
  }
  const node: NodeApi = { call: call as NodeApi['call'], subscribe: async () => () => {}, close: async () => {} }
  return { node, calls }
}

const opened = { virtualId, terms: {}, first: { voucher: { amount: 1n } }, fees: 3n }

test('opens over the hub that the payee names, and counts what it costs', async () => {
  const { node, calls } = nodeOf({ 'channel.list': [channel], 'hub.fees': [3n], 'virtual.open': opened })
  const { payer, spending } = createPurse(node, info, () => 7)
  expect(payer).toMatchObject({ network: 'eip155:314', contract: info.contract })
  await payer.open(wanted)
  expect(calls.at(-1)).toEqual(['virtual.open', { payee, hubs: [hub], fees: [3n], token, capacity: 50n, first: 1n }])
  expect(spending).toEqual({ payments: 1, paid: 1n, fees: 3n, openedAt: 7, hubs: [hub] })
})

test('a total that is paid already is not signed again', async () => {
  const { node, calls } = nodeOf({ 'channel.list': [channel], 'hub.fees': [3n], 'virtual.open': opened })
  const { payer, spending } = createPurse(node, info, () => 0)
  await payer.open(wanted)
  await payer.pay(virtualId, 5n)
  await payer.pay(virtualId, 5n)
  await payer.pay(virtualId, 4n)
  expect(calls.filter(([method]) => method === 'virtual.pay')).toEqual([['virtual.pay', { virtualId, total: 5n }]])
  expect(spending).toMatchObject({ payments: 2, paid: 5n })
})

test('what an earlier run paid is not asked for again', async () => {
  const { node, calls } = nodeOf({ 'virtual.list': [{ virtualId, amount: 30n }] })
  const { payer } = createPurse(node, info, () => 0)
  for (const total of [10n, 30n, 31n, 32n]) await payer.pay(virtualId, total)
  expect(calls.filter(([method]) => method === 'virtual.pay')).toMatchObject([
    ['virtual.pay', { total: 31n }],
    ['virtual.pay', { total: 32n }],
  ])
})

test('a hub that declined is named', async () => {
  const { node } = nodeOf({
    'channel.list': [channel],
    'hub.fees': [3n],
    'virtual.open': opened,
    'virtual.list': [{ virtualId, status: 'declined' }],
  })
  const { payer, explain } = createPurse(node, info, () => 0)
  await payer.open(wanted)
  expect(await explain(virtualId)).toMatchObject({ code: 'HUB_DECLINED', details: { hub } })
})
