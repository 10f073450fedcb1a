import { request } from 'node:http'
import type { Notification } from '@sluice/engine'
import { ProtocolError } from '@sluice/protocol'
import { afterEach, expect, test } from 'vitest'
import { NodeError } from '../errors.ts'
import { createRpcClient } from './client.ts'
import type { Handlers, MethodName } from './methods.ts'
import { type RpcServer, startRpcServer } from './server.ts'

const token = 'a token of the test'
const ended: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

function handlersOf(some: Partial<Handlers>): Handlers {
  const absent = async (): Promise<never> => {
    throw new Error('this method is not part of the test')
  }
  return new Proxy(some, { get: (target, name) => target[name as MethodName] ?? absent }) as Handlers
}

interface Parts {
  readonly handlers?: Partial<Handlers>
  readonly subscribe?: (listener: (notification: Notification) => void) => () => void
}

async function start({ handlers = {}, subscribe = () => () => {} }: Parts): Promise<RpcServer> {
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    token,
    handlers: handlersOf(handlers),
    subscribe,
    metrics: () => 'sluice_up 1\n',
  })
  ended.push(server.close)
  return server
}

function clientOf(server: RpcServer, given = token) {
  const client = createRpcClient({ url: server.url, token: given, pid: process.pid })
  ended.push(client.close)
  return client
}

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: all }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

const id = `0x${'ab'.repeat(32)}` as const
const channel = {
  channelId: id,
  peer: { account: `0x${'11'.repeat(20)}`, signer: `0x${'22'.repeat(20)}` },
  self: 0,
  token: `0x${'00'.repeat(20)}`,
  disputeWindow: 20,
  status: 'open',
  deposits: { own: 2n ** 100n, peer: 0n },
  withdrawn: { own: 0n, peer: 0n },
  paid: { sent: 1n, received: 0n },
  locked: { sent: 0n, received: 0n },
  spendable: { own: 5n, peer: 0n },
  connected: true,
} as const

test('amounts cross as decimal strings and come back as bigints', async () => {
  const server = await start({
    handlers: { 'channel.topUp': async ({ amount }) => ({ ...channel, deposits: { own: amount, peer: 0n } }) },
  })
  const answer = await clientOf(server).call('channel.topUp', { channelId: id, amount: 2n ** 120n })
  expect(answer.deposits.own).toBe(2n ** 120n)
  expect(answer).toMatchObject({ spendable: { own: 5n }, status: 'open' })
})

test('a typed error keeps its code, message, advice and values', async () => {
  const refuse = async (): Promise<never> => {
    throw new ProtocolError('LANE_OVERSPENT', { needed: 3n, spendable: 2n })
  }
  const client = clientOf(await start({ handlers: { 'virtual.pay': refuse } }))
  await expect(client.call('virtual.pay', { virtualId: id, total: 3n })).rejects.toMatchObject({
    code: 'LANE_OVERSPENT',
    message: 'the update spends 3, and 2 is spendable',
    action: 'Deposit more, or wait for income to be countersigned.',
  })
})

test('a wrong token is refused, and so is a foreign host', async () => {
  const server = await start({})
  await expect(clientOf(server, 'another').call('node.info', {})).rejects.toMatchObject({ code: 'RPC_UNAUTHORIZED' })
  const rebound = await post(server.url, '{}', { host: 'attacker.example' })
  expect(rebound.status).toBe(403)
  expect(rebound.body).toContain('RPC_HOST_REFUSED')
})

test.each([
  ['{', -32_700],
  ['[]', -32_600],
  ['{"jsonrpc":"1.0","id":1,"method":"node.info"}', -32_600],
  ['{"jsonrpc":"2.0","method":"node.info"}', -32_600],
  ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32_601],
  ['{"jsonrpc":"2.0","id":1,"method":"node.info","params":{"x":1}}', -32_602],
  [`{"jsonrpc":"2.0","id":1,"method":"channel.topUp","params":{"channelId":"${id}","amount":5}}`, -32_602],
  [`{"jsonrpc":"2.0","id":1,"method":"channel.topUp","params":{"channelId":"0xAB","amount":"5"}}`, -32_602],
  [`{"jsonrpc":"2.0","id":1,"method":"channel.topUp","params":{"channelId":"${id}"}}`, -32_602],
])('%s is answered with %d', async (body, code) => {
  const server = await start({})
  expect(JSON.parse((await post(server.url, body)).body).error.code).toBe(code)
})

test('a request over the limit is refused and the server goes on', async () => {
  const server = await start({ handlers: { 'channel.list': async () => [channel] } })
  expect((await post(server.url, 'x'.repeat(300 * 1024))).status).toBe(413)
  expect(await clientOf(server).call('channel.list', {})).toHaveLength(1)
})

test('a subscriber gets what is told after it subscribed, and hears when the node stops', async () => {
  const listeners = new Set<(notification: Notification) => void>()
  const server = await start({
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  const told: Notification[] = []
  let heard: (value: unknown) => void = () => {}
  const first = new Promise((resolve) => {
    heard = resolve
  })
  let stopped: (problem: Error) => void = () => {}
  const end = new Promise<Error>((resolve) => {
    stopped = resolve
  })
  await clientOf(server).subscribe((notification) => {
    told.push(notification)
    heard(notification)
  }, stopped)
  for (const listener of listeners) listener({ type: 'payment', virtualId: id, role: 'payee', amount: 7n })
  await first
  expect(told).toEqual([{ type: 'payment', virtualId: id, role: 'payee', amount: 7n }])
  await server.close()
  expect(await end).toMatchObject({ code: 'NODE_STOPPED' })
  expect(listeners.size).toBe(0)
})

test('a subscriber gets each kind of what is told, and is not ended by one that it does not know', async () => {
  const virtual = { virtualId: id, call: 'redeem' }
  const each: readonly Notification[] = [
    { type: 'channel', channel },
    { type: 'payment', virtualId: id, role: 'payer', amount: 1n },
    { type: 'peer', peer: `0x${'11'.repeat(20)}`, connected: true },
    { type: 'transaction', call: 'deposit', hash: '0x1', status: 'final' },
    { type: 'loss', id, call: virtual.call },
    { type: 'loss', id, call: virtual.call, value: 5n },
    { type: 'chain', status: 'good' },
    { type: 'chain', status: 'doubted', reason: 'endpoints disagree' },
  ]
  let tell: (notification: Notification) => void = () => {}
  const server = await start({
    subscribe: (listener) => {
      tell = listener
      return () => {}
    },
  })
  const told: Notification[] = []
  const all = new Promise<void>((resolve, reject) => {
    const take = (notification: Notification) => {
      told.push(notification)
      if (told.length === each.length) resolve()
    }
    clientOf(server)
      .subscribe(take, reject)
      .then(() => {
        tell({ type: 'of another version' } as never)
        for (const notification of each) tell(notification)
      }, reject)
  })
  await all
  expect(told).toEqual(each)
})

test('a node that is gone is named with its address', async () => {
  const server = await start({})
  const client = clientOf(server)
  await server.close()
  await expect(client.call('node.info', {})).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' })
})

test('a taken port is named', async () => {
  const server = await start({})
  const port = Number(new URL(server.url).port)
  const options = { host: '127.0.0.1', token, handlers: handlersOf({}), subscribe: () => () => {}, metrics: () => '' }
  await expect(startRpcServer({ ...options, port })).rejects.toBeInstanceOf(NodeError)
  await expect(startRpcServer({ ...options, port })).rejects.toMatchObject({ code: 'PORT_TAKEN' })
})
