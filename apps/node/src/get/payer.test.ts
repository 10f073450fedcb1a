import { HttpError } from '@sluice/http'
import { expect, test } from 'vitest'
import { createOutput } from '../cli/output.ts'
import { deferred } from '../deferred.ts'
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

const output = createOutput(
  { out: () => {}, err: () => {}, bytes: async () => true, errIsTerminal: false, columns: 80 },
  true,
)
const options = { output, now: () => 0, allowPrivate: false, feesMax: undefined, timeout: 50 }

const channel = {
  connected: true,
  status: 'open',
  token,
  peer: { signer: hub, account: hub },
  spendable: { own: 100n, peer: 0n },
}
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
  const { payer, spending } = createPurse(node, info, { ...options, now: () => 7 })
  expect(payer).toMatchObject({ network: 'eip155:314', contract: info.contract })
  await payer.open(wanted)
  expect(calls.at(-1)).toEqual(['virtual.open', { payee, hubs: [hub], fees: [3n], token, capacity: 50n, first: 1n }])
  expect(spending).toEqual({ payments: 1, paid: 1n, fees: 3n, openedAt: 7, hubs: [hub] })
})

test('a total that is paid already is not signed again', async () => {
  const { node, calls } = nodeOf({ 'channel.list': [channel], 'hub.fees': [3n], 'virtual.open': opened })
  const { payer, spending } = createPurse(node, info, options)
  await payer.open(wanted)
  await payer.pay(virtualId, 5n)
  await payer.pay(virtualId, 5n)
  await payer.pay(virtualId, 4n)
  expect(calls.filter(([method]) => method === 'virtual.pay')).toEqual([['virtual.pay', { virtualId, total: 5n }]])
  expect(spending).toMatchObject({ payments: 2, paid: 5n })
})

test('what an earlier run paid is not asked for again', async () => {
  const { node, calls } = nodeOf({ 'virtual.list': [{ virtualId, amount: 30n }] })
  const { payer } = createPurse(node, info, options)
  for (const total of [10n, 30n, 31n, 32n]) await payer.pay(virtualId, total)
  expect(calls.filter(([method]) => method === 'virtual.pay')).toMatchObject([
    ['virtual.pay', { total: 31n }],
    ['virtual.pay', { total: 32n }],
  ])
})

const failed = new HttpError('OFFER_CHANGED', { reason: 'no lock came' })

async function reasonAfter(answers: Partial<Record<MethodName, unknown>>, thrown: unknown = failed) {
  const { node } = nodeOf({ 'channel.list': [channel], 'hub.fees': [3n], 'virtual.open': opened, ...answers })
  const { payer, explain } = createPurse(node, info, options)
  await payer.open({ ...wanted, payeeUrl: 'ws://provider:7001' })
  return explain(virtualId, thrown)
}

const virtual = { virtualId, amount: 30n, acknowledged: 30n }
const declined = (code: string) => ({ 'virtual.list': [{ ...virtual, declined: code }] })
const headAt = (timestamp: number) => ({
  'node.status': { chain: { head: { number: 9n, timestamp: BigInt(timestamp) } } },
})
const seconds = () => Math.round(Date.now() / 1000)

test.each([
  ['FORWARD_NO_CHANNEL', { code: 'HUB_KNOWS_NO_WAY', details: { hub, payee } }],
  ['LANE_OVERSPENT', { code: 'HUB_DECLINED', details: { reason: expect.stringContaining('too little money') } }],
  ['FEE_LOW', { code: 'HUB_DECLINED', details: { reason: expect.stringContaining('fee has risen') } }],
  ['SOMETHING_NEW', { code: 'HUB_DECLINED', details: { reason: 'SOMETHING_NEW' } }],
])('a hub that declines by %s is told with its reason', async (code, expected) => {
  expect(await reasonAfter(declined(code))).toMatchObject(expected)
})

test('a clock that is hours off the chain is told as that, and one that is right is not blamed', async () => {
  const late = await reasonAfter({ ...declined('ADD_NONCE_AGE'), ...headAt(seconds() + 7_300) })
  expect(late).toMatchObject({ code: 'CLOCK_WRONG', details: { by: '2 h behind', block: 9n } })
  const early = await reasonAfter({ ...declined('ADD_NONCE_AHEAD'), ...headAt(seconds() - 1_200) })
  expect(early).toMatchObject({ code: 'CLOCK_WRONG', details: { by: '20 min ahead of' } })
  const right = await reasonAfter({ ...declined('ADD_NONCE_AGE'), ...headAt(seconds()) })
  expect(right).toMatchObject({ code: 'HUB_DECLINED', details: { reason: expect.stringContaining('clock') } })
})

test('a provider that holds nothing of what was signed is not reached at the address it names', async () => {
  const reason = await reasonAfter({ 'virtual.list': [{ ...virtual, acknowledged: 0n }] })
  expect(reason).toMatchObject({ code: 'PROVIDER_UNPAYABLE', details: { url: 'ws://provider:7001', amount: 30n } })
  expect(await reasonAfter({ 'virtual.list': [virtual] })).toBeUndefined()
  const limit = new HttpError('SPENDING_LIMIT', { owed: 2n, max: 1n, bytes: 1 })
  expect(await reasonAfter({ 'virtual.list': [{ ...virtual, acknowledged: 0n }] }, limit)).toBeUndefined()
})

test('nothing is locked towards a hub that is not reached in time', async () => {
  const absent = { ...channel, connected: false }
  const { node, calls } = nodeOf({ 'channel.list': [absent], 'hub.fees': [3n], 'virtual.open': opened })
  const { payer } = createPurse(node, info, options)
  await expect(payer.open(wanted)).rejects.toMatchObject({ code: 'HUB_SILENT', details: { hub } })
  expect(calls.map(([method]) => method)).not.toContain('virtual.open')
})

test('a hub that is connected is taken before a richer one that is not', async () => {
  const other = address('b')
  const rich = {
    ...channel,
    connected: false,
    peer: { signer: other, account: other },
    spendable: { own: 1000n, peer: 0n },
  }
  const { node, calls } = nodeOf({ 'channel.list': [rich, channel], 'hub.fees': [3n], 'virtual.open': opened })
  await createPurse(node, info, options).payer.open({ ...wanted, hubs: [{ signer: other }, { signer: hub }] })
  expect(calls.at(-1)).toMatchObject(['virtual.open', { hubs: [hub] }])
})

test('what opens too late is closed again', async () => {
  const answers = { 'channel.list': [channel], 'hub.fees': [3n], 'virtual.close': {} }
  const { node, calls } = nodeOf(answers)
  const late = deferred<unknown>()
  const call = ((method: MethodName, params: never) =>
    method === 'virtual.open' ? late.promise : node.call(method, params)) as NodeApi['call']
  const { payer } = createPurse({ ...node, call }, info, options)
  await expect(payer.open(wanted)).rejects.toMatchObject({ code: 'HUB_SILENT' })
  late.resolve(opened)
  await late.promise
  await Promise.resolve()
  expect(calls.at(-1)).toEqual(['virtual.close', { virtualId }])
})
