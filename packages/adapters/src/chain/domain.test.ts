import { bytesToHex, hashDomain } from '@sluice/protocol'
import { HttpRequestError, keccak256, RpcRequestError, TimeoutError } from 'viem'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../system/system.ts'
import { openDomains } from './domain.ts'
import { clientOf, type Rpc } from './rpc/rpc.ts'

const chainId = 31_337n
const contract = `0x${'51'.repeat(20)}` as const
const separator = bytesToHex(hashDomain((bytes) => keccak256(bytes, 'bytes'), { chainId, contract }))

type Answers = Partial<Record<'eth_chainId' | 'eth_getCode' | 'eth_call', () => unknown>>

const url = 'http://127.0.0.1:9'
const fails = (error: Error) => (): never => {
  throw error
}
const times = fails(new TimeoutError({ body: {}, url }))
const says = (code: number, message: string) => fails(new RpcRequestError({ body: {}, url, error: { code, message } }))
const expired = fails(new HttpRequestError({ url, status: 401, details: 'the key has expired' }))

/** Opens the contract by endpoints that are good but for these answers. Tells which were closed. */
async function open(...endpoints: readonly Answers[]) {
  const good: Required<Answers> = { eth_chainId: () => '0x7a69', eth_getCode: () => '0x60', eth_call: () => separator }
  const closed: number[] = []
  const warned: unknown[] = []
  const rpcs = endpoints.map((answers, i): Rpc => {
    const client = clientOf(async ({ method }) => ({ ...good, ...answers })[method as keyof Answers]())
    return { url: `${url}/${i}`, client, reset: async () => {}, close: async () => void closed.push(i) }
  })
  const none = () => {}
  const log = { debug: none, info: none, error: none, warn: (_: string, values: unknown) => void warned.push(values) }
  const domain = await openDomains(rpcs, { contract }, systemClock, log).catch(({ code }: { code: string }) => code)
  return { domain, closed, warned }
}

describe.each([
  ['whose key has expired', { eth_chainId: expired }, 'CHAIN_RPC_FAILED'],
  ['whose key has expired for calls', { eth_call: expired }, 'CHAIN_RPC_FAILED'],
  ['that does not answer', { eth_chainId: times }, 'CHAIN_UNREACHABLE'],
  ['that does not answer a call', { eth_call: times }, 'CHAIN_UNREACHABLE'],
  ['that asks for patience', { eth_call: says(429, 'slow down') }, 'CHAIN_BUSY'],
  ['that takes no calls', { eth_call: says(-32601, 'no such method') }, 'CHAIN_RPC_FAILED'],
  ['without the contract', { eth_getCode: () => '0x' }, 'CHAIN_NO_CONTRACT'],
  ['with another contract', { eth_call: () => `0x${'11'.repeat(32)}` }, 'CHAIN_FOREIGN_CONTRACT'],
  ['whose contract refuses to say what it is', { eth_call: says(3, 'execution reverted') }, 'CHAIN_FOREIGN_CONTRACT'],
] as const)('an endpoint %s', (_, answers, code) => {
  it('keeps nobody from starting by another, and is told', async () => {
    for (const endpoints of [
      [answers, {}],
      [{}, answers],
    ]) {
      const { domain, closed, warned } = await open(...endpoints)
      expect(domain).toEqual({ chainId, contract })
      expect(closed).toEqual([])
      expect(warned).toEqual([expect.objectContaining({ code })])
    }
  })

  it('alone does, by what is wrong with it', async () => {
    expect((await open(answers)).domain).toBe(code)
    expect(await open(answers, answers)).toMatchObject({ domain: code, closed: [0, 1] })
  })
})

describe('several endpoints', () => {
  it('of different chains are a mistake', async () => {
    expect((await open({}, { eth_chainId: () => '0x1' })).domain).toBe('CHAIN_WRONG')
    expect((await open({ eth_chainId: () => '0x1' }, {}, { eth_call: times })).domain).toBe('CHAIN_WRONG')
  })

  it('are not waited for without end once one is good', async () => {
    const waits: number[] = []
    const clock = {
      now: () => 0,
      after: (milliseconds: number, callback: () => void) => {
        waits.push(milliseconds)
        queueMicrotask(callback)
        return () => {}
      },
    }
    const rpcOf = (answer: (method: string) => unknown): Rpc => {
      return {
        url,
        client: clientOf(async ({ method }) => answer(method)),
        reset: async () => {},
        close: async () => {},
      }
    }
    const silent = rpcOf(() => new Promise(() => {}))
    const good = rpcOf((method) => ({ eth_chainId: '0x7a69', eth_getCode: '0x60', eth_call: separator })[method])
    expect(await openDomains([silent, good], { contract }, clock, undefined)).toEqual({ chainId, contract })
    expect(waits).toEqual([5_000])
  })
})
