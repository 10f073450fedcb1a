import type { ChainEvent, SeenBlock } from '@sluice/engine'
import type { Id } from '@sluice/protocol'
import { getBlockNumber } from 'viem/actions'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../system/system.ts'
import type { PatienceOptions } from '../rpc/patience.ts'
import { openRpc } from '../rpc/rpc.ts'
import { startTestEndpoint, type TestEndpoint } from '../testing/endpoint/endpoint.ts'
import { rangeRefusals } from '../testing/endpoint/refusals.ts'
import { ScriptedChain } from '../testing/endpoint/scripted-chain.ts'
import { closeStartedLog, depositedLog } from '../testing/endpoint/scripted-logs.ts'
import { honest, type Switches } from '../testing/endpoint/switches.ts'
import { ChainRecorder } from '../testing/recorder.ts'
import { Follower, type FollowerOptions } from './follower.ts'
import { LogRanges } from './log-ranges.ts'

const contract = '0x00000000000000000000000000000000005100ce' as const
const id = (byte: string): Id => `0x${byte.repeat(32)}`
const close = closeStartedLog(id('c1'), 2_000_000_000n)
const closed: ChainEvent = { type: 'closeStarted', channelId: id('c1'), closesAt: 2_000_000_000n }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** Time in which every wait is over at once. */
function quickTime(): PatienceOptions {
  let now = 0
  return {
    now: () => now,
    async wait(milliseconds) {
      now += milliseconds
    },
  }
}

interface Scene {
  readonly chain: ScriptedChain
  readonly endpoint: TestEndpoint
  /** Starts a follower, from a final block on. */
  follow(from?: bigint, options?: Partial<FollowerOptions>, seen?: SeenBlock): Promise<ChainRecorder>
}

async function createScene(switches: Partial<Switches> = {}): Promise<Scene> {
  const chain = new ScriptedChain(contract)
  const endpoint = await startTestEndpoint({ source: chain, switches })
  cleanups.push(() => endpoint.stop())
  const follow = async (from?: bigint, options: Partial<FollowerOptions> = {}, seen?: SeenBlock) => {
    const rpc = openRpc(endpoint.url, quickTime())
    const follower = new Follower({
      rpc,
      contract,
      finality: { type: 'depth', blocks: 5 },
      clock: systemClock,
      pollMs: 2,
      rangeBlocks: 2_000,
      ...options,
    })
    const told = new ChainRecorder()
    cleanups.push(async () => {
      await rpc.close()
      await follower.stop()
    })
    await follower.start(from ?? 0n, told, seen)
    return told
  }
  return { chain, endpoint, follow }
}

describe('heights without a block', () => {
  it.each(['lotus', 'older-lotus', 'null'] as const)('are read over, as %s shows them', async (nullRoundStyle) => {
    const { chain, follow } = await createScene({ nullRoundStyle })
    for (const height of [0, 1, 2, 4, 5, 9, 10, 11]) chain.push(height, height === 5 ? { logs: [close] } : {})
    const told = await follow()
    expect(told.events).toEqual([closed])
    for (const height of [14, 15, 17]) chain.push(height)
    await told.until(() => told.newest === 17n && told.finalNumber === 12n)
    expect(told.events).toEqual([closed])
    expect(told.told.filter((news) => news.startsWith('rolledBack'))).toEqual([])
  })

  it('are where finality by depth lands, and where the next start begins', async () => {
    const { chain, follow } = await createScene()
    for (const height of [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]) chain.push(height)
    const before = await follow()
    // Five heights under the newest block there is none.
    await before.until(() => before.finalNumber === 6n)
    chain.push(12, { logs: [close] })
    const after = await follow(before.finalNumber)
    expect(after.events).toEqual([closed])
    expect(after.blocks.every(({ number }) => number > 6n)).toBe(true)
  })

  it('are where a start is asked for', async () => {
    const { chain, follow } = await createScene()
    for (const height of [0, 6, 7]) chain.push(height)
    const told = await follow(5n)
    expect(told.newest).toBe(7n)
  })

  it('may take the place of the block that was told last, as a reorganisation has it', async () => {
    const { chain, follow } = await createScene()
    chain.pushAll(0, 19)
    chain.push(20, { logs: [close] })
    const told = await follow()
    expect(told.events).toEqual([closed])
    chain.pop()
    for (let height = 21; height <= 40; height++) {
      chain.push(height, { branch: 'b' })
      await told.until(() => told.newest === BigInt(height))
    }
    expect(told.events).toEqual([])
    expect(told.blocks.map(({ number }) => number)).not.toContain(20n)
    expect(told.problem).toBeUndefined()
    await told.until(() => told.finalNumber === 35n)
  })

  it('may take the place of many blocks at once', async () => {
    const { chain, follow } = await createScene()
    chain.pushAll(0, 60)
    const told = await follow(undefined, { finality: { type: 'depth', blocks: 40 } })
    chain.push(61, { logs: [close] })
    await told.event('closeStarted')
    chain.pop(21)
    for (const height of [44, 55, 62]) chain.push(height, { branch: 'b' })
    await told.until(() => told.newest === 62n)
    expect(told.events).toEqual([])
  })
})

describe('logs', () => {
  it('that come late are told as soon as they are there', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 12)
    const told = await follow(undefined, { finality: { type: 'depth', blocks: 30 } })
    let isLate = true
    endpoint.switches.hides = () => isLate
    chain.push(13, { logs: [close] })
    chain.push(14)
    await told.until(() => told.newest === 14n)
    expect(told.events).toEqual([])
    isLate = false
    chain.push(15)
    await told.event('closeStarted')
    expect(told.blocks.find(({ events }) => events.length > 0)?.number).toBe(13n)
    await told.until(() => told.newest === 15n)
  })

  it('that are left out until their block is final are told before it is', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 12)
    const told = await follow()
    let isLate = true
    endpoint.switches.hides = () => isLate
    chain.push(13, { logs: [close] })
    chain.pushAll(14, 17)
    await told.until(() => told.newest === 17n)
    isLate = false
    chain.push(18)
    await told.until(() => told.finalNumber === 13n)
    expect(told.events).toEqual([closed])
    expect(told.told.indexOf('final 13')).toBeGreaterThan(told.told.lastIndexOf('block 13'))
  })

  it('of a block far below the head are read again too, where finality is deep', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 12)
    const told = await follow(undefined, { finality: { type: 'depth', blocks: 900 } })
    let isLate = true
    endpoint.switches.hides = () => isLate
    chain.push(13, { logs: [close] })
    chain.pushAll(14, 160)
    await told.until(() => told.newest === 160n)
    isLate = false
    for (let height = 161; told.events.length === 0; height++) {
      chain.push(height)
      await told.until(() => told.newest === BigInt(height))
      expect(height).toBeLessThan(200)
    }
  })

  it('once seen are kept, whatever a node that is behind says later', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 12)
    chain.push(13, { logs: [close] })
    const told = await follow()
    endpoint.switches.hides = () => true
    for (let height = 14; height <= 24; height++) {
      chain.push(height)
      await told.until(() => told.newest === BigInt(height))
    }
    await told.until(() => told.finalNumber === 19n)
    expect(told.events).toEqual([closed])
  })

  it.each([
    ['near the head', 13, 20],
    ['deep below it', 100, 3_000],
  ])('of a block that the chain does not have are told to nobody, and hold up nothing, %s', async (_, height, head) => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, height - 1)
    const shown = await follow()
    const orphan = chain.push(height, { branch: 'orphan', logs: [close] })
    const [log] = await chain.logs(orphan.hash)
    chain.pop()
    if (log !== undefined) endpoint.switches.invents = ({ number }) => (Number(number) === height ? [log] : [])
    chain.pushAll(height, head)
    const fresh = await follow()
    for (let more = 1; more <= 12; more++) {
      chain.push(head + more)
      for (const told of [shown, fresh]) await told.until(() => told.newest === BigInt(head + more))
    }
    for (const told of [shown, fresh]) {
      await told.until(() => told.finalNumber >= BigInt(head))
      expect(told.events).toEqual([])
    }
  })

  it('of a block that was not asked for are told once, in order', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 199)
    const { hash } = chain.push(200, { logs: [close] })
    chain.pushAll(201, 300)
    chain.push(301, { logs: [depositedLog(id('c1'), 0, 5n)] })
    chain.pushAll(302, 400)
    const [log] = await chain.logs(hash)
    if (log !== undefined) endpoint.switches.invents = ({ number }) => (Number(number) % 100 === 50 ? [log] : [])
    const told = await follow(undefined, { rangeBlocks: 90 })
    await told.until(() => told.finalNumber === 395n)
    expect(told.events).toEqual([closed, { type: 'deposited', channelId: id('c1'), party: 0, total: 5n }])
  })

  it('are told by any order of late and early blocks as they are, for many seeds', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const chain = new ScriptedChain(contract)
      const endpoint = await startTestEndpoint({ source: chain, seed, switches: { lateLogs: 0.6, lateLogsBlocks: 4 } })
      const rpc = openRpc(endpoint.url)
      const finality = { type: 'depth', blocks: 6 } as const
      const options = { rpc, contract, finality, clock: systemClock, pollMs: 1, rangeBlocks: 50 }
      const follower = new Follower(options)
      const told = new ChainRecorder()
      chain.push(0)
      await follower.start(0n, told)
      for (let height = 1; height <= 20; height++) {
        chain.push(height, { logs: [depositedLog(id('c1'), 0, BigInt(height))] })
        if (height % 3 === 0) await told.until(() => told.newest === BigInt(height))
      }
      chain.pushAll(21, 26)
      await told.until(() => told.finalNumber === 20n)
      const totals = told.events.map((event) => (event.type === 'deposited' ? event.total : 0n))
      expect(totals).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i + 1)))
      await rpc.close()
      await follower.stop()
      await endpoint.stop()
    }
  })
})

describe('ranges', () => {
  const styles = Object.keys(rangeRefusals) as (keyof typeof rangeRefusals)[]
  const limits = [
    [100, 150],
    [2_880, 20],
  ] as const
  it.each(styles.flatMap((style) => limits.map(([limit, most]) => [style, limit, most] as const)))(
    'shrink when refused as %s does, at %i blocks',
    async (logRangeStyle, logRange, most) => {
      const { chain, endpoint, follow } = await createScene({ logRange, logRangeStyle })
      chain.pushAll(0, 1_499)
      chain.push(1_500, { logs: [close] })
      chain.pushAll(1_501, 3_000)
      const told = await follow(undefined, { rangeBlocks: 10_000 })
      expect(told.events).toEqual([closed])
      expect(told.newest).toBe(3_000n)
      expect(endpoint.asked.filter((method) => method === 'eth_getLogs').length).toBeLessThan(most)
    },
  )

  it('grow back once wider ones are taken again', async () => {
    const { chain, endpoint } = await createScene({ logRange: 10 })
    chain.pushAll(0, 4_000)
    const rpc = openRpc(endpoint.url)
    cleanups.push(() => rpc.close())
    const ranges = new LogRanges(rpc, contract, 400)
    await ranges.all(0n, 100n)
    endpoint.switches.logRange = Number.POSITIVE_INFINITY
    endpoint.asked.length = 0
    await ranges.all(0n, 4_000n)
    // At ten blocks each it would be 401.
    expect(endpoint.asked.length).toBeLessThan(130)
  })

  it('are asked for several at once, but never at first', async () => {
    const { chain, endpoint, follow } = await createScene({ delay: 1, logRange: 100 })
    chain.pushAll(0, 3_000)
    await follow(undefined, { rangeBlocks: 100 })
    expect(endpoint.requests.mostAtOnce).toBeGreaterThan(2)
  })

  it('fail as they are when even one block is refused', async () => {
    const { chain, follow } = await createScene({ logRange: 0, logRangeStyle: 'lotus' })
    chain.pushAll(0, 20)
    await expect(follow()).rejects.toMatchObject({ code: 'CHAIN_RPC_FAILED' })
  })
})

describe('what catching up costs', () => {
  const catchUp = async (switches: Partial<Switches>) => {
    const { chain, endpoint, follow } = await createScene(switches)
    chain.pushAll(0, 100)
    chain.push(101, { logs: [close] })
    chain.pushAll(102, 164)
    endpoint.requests.count = 0
    const told = await follow(100n, { finality: { type: 'depth', blocks: 90 } })
    expect(told.events).toEqual([closed])
    return endpoint
  }

  it('is few questions for 64 blocks, in few requests', async () => {
    const { asked, requests } = await catchUp({})
    expect(asked.length).toBeLessThanOrEqual(30)
    expect(requests.count).toBeLessThanOrEqual(10)
  })

  it.each(['refused', 'bad-request'] as const)('is no more where several at once are %s', async (batches) => {
    const { asked, requests } = await catchUp({ batches })
    expect(requests.count).toBeLessThanOrEqual(40)
    expect(asked.filter((method) => method !== 'eth_getLogs').length).toBeLessThanOrEqual(40)
  })
})

describe('an endpoint that asks for patience', () => {
  it.each(['http', 'http-json', 'json', 'quicknode'] as const)(
    'by %s is given it, and then asked on',
    async (busyStyle) => {
      const { chain, endpoint, follow } = await createScene({ busyStyle })
      chain.pushAll(0, 10)
      const told = await follow()
      endpoint.switches.busyFor = 2
      chain.push(11, { logs: [close] })
      await told.event('closeStarted')
      expect(told.problem).toBeUndefined()
    },
  )

  it.each([
    [undefined, 250],
    [7, 7_000],
    // It may say a day, and be well again in a minute.
    [86_400, 30_000],
  ])('for %s seconds is asked nothing for %s milliseconds', async (retryAfter, expected) => {
    const { chain, endpoint } = await createScene({ busyFor: 1, ...(retryAfter !== undefined && { retryAfter }) })
    chain.pushAll(0, 10)
    const time = quickTime()
    const rpc = openRpc(endpoint.url, time)
    cleanups.push(() => rpc.close())
    await getBlockNumber(rpc.client)
    expect(time.now()).toBe(expected)
    expect(endpoint.requests.count).toBe(2)
  })

  it('for long is told as busy, not as gone', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 10)
    const told = await follow()
    endpoint.switches.busyFor = 6
    chain.push(11)
    await told.until(() => told.problem?.code === 'CHAIN_BUSY')
    await told.until(() => told.problem === undefined)
    expect(told.newest).toBe(11n)
  })

  it('for a part of a batch is asked for all of it again', async () => {
    const { chain, endpoint, follow } = await createScene({ ...honest(), busyStyle: 'json' })
    chain.pushAll(0, 40)
    endpoint.switches.busyFor = 1
    const told = await follow(20n)
    expect(told.newest).toBe(40n)
  })
})

describe('a node that is a step behind another of the same address', () => {
  it('takes no close back by a head that nobody else has', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 20)
    const told = await follow()
    for (let height = 21; height <= 24; height++) {
      chain.push(height, height === 24 ? { logs: [close] } : {})
      await told.until(() => told.newest === BigInt(height))
    }
    // It is two blocks behind, on a branch of its own from there on.
    chain.pop(3)
    chain.push(22, { branch: 'b' })
    const asked = endpoint.asked.length
    while (endpoint.asked.length < asked + 10) await new Promise((resolve) => setImmediate(resolve))
    expect(told.events).toEqual([closed])
    // Once it is as far, it is a reorganisation.
    chain.pushAll(23, 24, 'b')
    await told.until(() => told.newest === 24n && told.events.length === 0)
  })

  it('takes nothing back', async () => {
    const { chain, endpoint, follow } = await createScene()
    chain.pushAll(0, 20)
    const told = await follow()
    for (let height = 21; height <= 40; height++) {
      chain.push(height, height === 30 ? { logs: [close] } : {})
      endpoint.switches.lag = 0
      await told.until(() => told.newest === BigInt(height))
      endpoint.switches.lag = height % 4
      const asked = endpoint.asked.length
      await told.until(() => true)
      while (endpoint.asked.length < asked + 2) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(told.events).toEqual([closed])
    expect(told.told.filter((news) => news.startsWith('rolledBack'))).toEqual([])
  })
})

describe('a chain that was final up to a block', () => {
  const hashOf = (height: number) => `0x${height.toString(16).padStart(64, '0')}` as const

  it('is known again by the hash of that block, and refused where another stands there', async () => {
    const { chain, follow } = await createScene()
    chain.pushAll(0, 20)
    const told = await follow()
    const block = told.blocks.find(({ number }) => number === 15n)
    if (block === undefined) throw new Error('block 15 was told')
    const seen = { number: 15n, hash: block.hash, finalAt: block.timestamp }
    expect((await follow(15n, {}, seen)).newest).toBe(20n)
    const other = { ...seen, hash: hashOf(15) }
    await expect(follow(15n, {}, other)).rejects.toMatchObject({ code: 'CHAIN_RESTARTED' })
    await expect(follow(17n, {}, { ...other, number: 12n })).rejects.toMatchObject({ code: 'CHAIN_RESTARTED' })
  })

  it('began anew if it is shorter and yet later, and lags if it is as early as it is short', async () => {
    const { chain, follow } = await createScene()
    chain.pushAll(0, 20)
    const { timestamp } = (await follow()).blocks.at(-1) ?? { timestamp: 0n }
    const seen = { number: 40n, hash: hashOf(40), finalAt: timestamp - 1n }
    await expect(follow(40n, {}, seen)).rejects.toMatchObject({ code: 'CHAIN_RESTARTED' })
    await expect(follow(40n, {}, { ...seen, finalAt: timestamp + 600n })).rejects.toMatchObject({
      code: 'CHAIN_BEHIND',
    })
  })

  it('is waited for where it lags, as long as was said', async () => {
    const { chain, follow } = await createScene()
    chain.pushAll(0, 20)
    const warned: string[] = []
    const none = () => {}
    // Told of the wait, it catches up.
    const warn = (event: string) => {
      warned.push(event)
      if (warned.length === 1) chain.pushAll(21, 40)
    }
    const log = { debug: none, info: none, warn, error: none }
    const told = await follow(30n, { behindMs: 60_000, log })
    expect(warned).toContain('chain.behind')
    expect(told.newest).toBe(40n)
    await expect(follow(60n, { behindMs: 1 })).rejects.toMatchObject({ code: 'CHAIN_BEHIND' })
  })
})
