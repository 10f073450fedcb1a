import type { ChainEvent, Clock, Log } from '@sluice/engine'
import { seededRandom } from '@sluice/engine/testing'
import type { Id } from '@sluice/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../system/system.ts'
import { openRpc } from '../rpc/rpc.ts'
import { startTestEndpoint, type TestEndpoint } from '../testing/endpoint/endpoint.ts'
import { ScriptedChain } from '../testing/endpoint/scripted-chain.ts'
import { closeStartedLog, depositedLog, virtualUpdatedLog } from '../testing/endpoint/scripted-logs.ts'
import type { Switches } from '../testing/endpoint/switches.ts'
import type { RawLog } from '../testing/endpoint/wire.ts'
import { ChainRecorder } from '../testing/recorder.ts'
import { JointFollowing } from './joint-following.ts'
import type { Voice } from './voice.ts'

const contract = '0x00000000000000000000000000000000005100ce' as const
const id = (byte: string): Id => `0x${byte.repeat(32)}`
const close = closeStartedLog(id('c1'), 2_000_000_000n)
const closed: ChainEvent = { type: 'closeStarted', channelId: id('c1'), closesAt: 2_000_000_000n }
const deposit = depositedLog(id('c1'), 0, 70n)
const deposited: ChainEvent = { type: 'deposited', channelId: id('c1'), party: 0, total: 70n }
const FINALITY = 5
/** How often they are read anew: no other wait is as long, so that it can be told from them. */
const RETRY_MS = 21

const cleanups: (() => unknown)[] = []
/** What was logged, and the key of each endpoint's address, which is never shown. */
const logged: string[] = []
const KEY = 'c0ffee-key'
const note = (event: string, values: Readonly<Record<string, unknown>> = {}): void => {
  logged.push(`${event} ${Object.values(values).map(String).join()}`)
}
const log: Log = { debug: note, info: note, warn: note, error: note }
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
  expect(logged.splice(0).filter((line) => line.includes(KEY))).toEqual([])
})

interface Scene {
  readonly chain: ScriptedChain
  readonly endpoints: readonly TestEndpoint[]
  follow(): Promise<ChainRecorder>
  voices(): readonly Voice[]
  /** How often an endpoint was read from what is final for all on. */
  readings(index: number): number
  /** Has none of them read anew until it is over. */
  withoutRetries(run: () => Promise<void>): Promise<void>
  /** Stops an endpoint, and puts blocks on top until that was noticed. */
  silence(told: ChainRecorder, index: number): Promise<void>
  /** Puts blocks on top, each heard of by the endpoints that are in step. */
  grow(told: ChainRecorder, heights: number): Promise<void>
}

/** Several endpoints before one chain of 61 blocks. */
async function createScene(...switches: readonly Partial<Switches>[]): Promise<Scene> {
  const chain = new ScriptedChain(contract)
  chain.pushAll(0, 60)
  const starting = switches.map((one, i) => startTestEndpoint({ source: chain, seed: i + 1, switches: one }))
  const endpoints = await Promise.all(starting)
  let voices = (): readonly Voice[] => []
  let held: (() => void)[] | undefined
  const checks: string[] = []
  const clock: Clock = {
    now: systemClock.now,
    after: (wait, run) =>
      systemClock.after(wait, () => {
        if (held !== undefined && wait === RETRY_MS) held.push(run)
        else run()
      }),
  }
  const follow = async (): Promise<ChainRecorder> => {
    const rpcs = endpoints.map(({ url }) => openRpc(`${url}/v2/${KEY}`))
    const following = new JointFollowing({
      rpcs,
      check: async ({ url }) => void checks.push(url),
      contract,
      finality: { type: 'depth', blocks: FINALITY },
      clock,
      log,
      pollMs: 2,
      rangeBlocks: 2_000,
      retryMs: RETRY_MS,
    })
    voices = () => following.voices
    cleanups.push(async () => {
      await Promise.all(rpcs.map((rpc) => rpc.close()))
      await following.stop()
      await Promise.all(endpoints.map((endpoint) => endpoint.stop()))
    })
    const told = new ChainRecorder()
    await following.start(0n, told)
    return told
  }
  const grow = async (told: ChainRecorder, heights: number): Promise<void> => {
    for (let i = 0; i < heights; i++) {
      const { number } = chain.push(Number(chain.newest.number) + 1)
      await told.until(() => told.newest === BigInt(number))
    }
  }
  const silence = async (told: ChainRecorder, index: number): Promise<void> => {
    await endpoints[index]?.stop()
    while (voices()[index]?.problem === undefined) await grow(told, 1)
  }
  const withoutRetries = async (run: () => Promise<void>): Promise<void> => {
    const waiting: (() => void)[] = []
    held = waiting
    await run()
    held = undefined
    for (const retry of waiting) retry()
  }
  const readings = (index: number): number => checks.filter((url) => url.startsWith(endpoints[index]?.url ?? '')).length
  return { chain, endpoints, voices: () => voices(), readings, follow, silence, grow, withoutRetries }
}

const isClose = ({ topics }: RawLog): boolean => topics[0] === close.topics[0]
const seen = (told: ChainRecorder, type: ChainEvent['type']) => told.events.filter((event) => event.type === type)

describe.each([
  ['first', 0],
  ['second', 1],
] as const)('an endpoint that lies, named %s', (_, liar) => {
  const scene = (switches: Partial<Switches>) => createScene(...(liar === 0 ? [switches, {}] : [{}, switches]))

  it('by leaving out a close hides it from nobody, and nothing from there on is final', async () => {
    const { chain, endpoints, follow, grow } = await scene({ hides: isClose })
    const told = await follow()
    chain.push(61, { logs: [close] })
    await grow(told, 2)
    await told.event('closeStarted')
    await grow(told, 20)
    await told.until(() => told.doubted?.code === 'CHAIN_ENDPOINTS_DISAGREE')
    for (const { url } of endpoints) expect(told.doubted?.message).toContain(url)
    expect(told.doubted?.message).toContain('other events from block 61 on')
    expect(told.finalNumber).toBe(60n)
    expect(seen(told, 'closeStarted')).toEqual([closed])
    // It comes round: all of it becomes final, and is beyond doubt.
    const switched = endpoints[liar]
    if (switched !== undefined) switched.switches.hides = () => false
    await grow(told, 2)
    const final = BigInt(chain.newest.number) - BigInt(FINALITY)
    await told.until(() => told.doubted === undefined && told.finalNumber === final)
    expect(told.events).toEqual([closed])
  })

  it('by being 50 blocks behind delays what is final, and hides no close', async () => {
    const { chain, endpoints, follow, grow } = await scene({ lag: 50 })
    const told = await follow()
    expect(told.newest).toBe(60n)
    chain.push(61, { logs: [close, deposit] })
    await told.event('closeStarted')
    await grow(told, 20)
    expect(told.doubted?.code).toBe('CHAIN_ENDPOINTS_DISAGREE')
    expect(told.finalNumber).toBeLessThan(61n)
    const switched = endpoints[liar]
    if (switched !== undefined) switched.switches.lag = 0
    await told.until(() => told.finalNumber >= 61n && told.doubted === undefined)
    expect(told.events).toEqual(expect.arrayContaining([closed, deposited]))
  })

  it('by blocks of its own hides no close, and what lies above is not final', async () => {
    const { chain, follow, grow } = await scene({ forkAbove: 58, forkAhead: 1 })
    const told = await follow()
    chain.push(61, { logs: [close] })
    await told.event('closeStarted')
    await grow(told, 12)
    await told.event('closeStarted')
    await told.until(() => told.doubted?.code === 'CHAIN_ENDPOINTS_DISAGREE')
    expect(told.finalNumber).toBeLessThanOrEqual(58n)
    expect(seen(told, 'closeStarted')).toEqual([closed])
  })

  it('by blocks of its own, which it called final, is read anew once it comes round', async () => {
    const { chain, endpoints, voices, follow, grow, withoutRetries } = await scene({ forkAbove: 58, forkAhead: 1 })
    const told = await follow()
    await grow(told, 20)
    await told.until(() => told.doubted !== undefined)
    await withoutRetries(async () => {
      await grow(told, 20)
      const switched = endpoints[liar]
      if (switched !== undefined) switched.switches.forkAbove = undefined
      while (voices()[liar]?.isBroken !== true) await grow(told, 1)
    })
    await grow(told, 2)
    const final = BigInt(chain.newest.number) - BigInt(FINALITY)
    await told.until(() => told.doubted === undefined && told.finalNumber === final)
  })

  it('by making up a deposit has it counted by nobody', async () => {
    const madeUp = await scene({})
    const { chain, endpoints, follow, grow } = madeUp
    const told = await follow()
    const block = chain.push(61)
    const log = {
      ...deposit,
      address: contract,
      blockHash: block.hash,
      blockNumber: block.number,
      logIndex: '0x0',
    } as const
    const invented = { ...log, transactionIndex: '0x0', transactionHash: block.hash } as const
    const switched = endpoints[liar]
    if (switched !== undefined) switched.switches.invents = ({ hash }) => (hash === block.hash ? [invented] : [])
    await grow(told, 20)
    await told.until(() => told.doubted !== undefined)
    expect(told.finalNumber).toBe(60n)
    expect(told.events).toEqual([])
  })

  it('about the amount of a window that began shows the window, and no amount', async () => {
    const { chain, endpoints, follow, grow } = await scene({})
    const told = await follow()
    const real = virtualUpdatedLog(id('f1'), 5n, 1_900_000_000n)
    const made = virtualUpdatedLog(id('f1'), 500n, 1_950_000_000n)
    const block = chain.push(61, { logs: [real] })
    const switched = endpoints[liar]
    if (switched !== undefined) {
      const log = {
        ...made,
        address: contract,
        blockHash: block.hash,
        blockNumber: block.number,
        logIndex: '0x0',
      } as const
      const invented = { ...log, transactionIndex: '0x0', transactionHash: block.hash } as const
      switched.switches.hides = () => true
      switched.switches.invents = ({ hash }) => (hash === block.hash ? [invented] : [])
    }
    await grow(told, 4)
    await told.until(() => told.doubted !== undefined)
    const update = { type: 'virtualUpdated', virtualId: id('f1'), amount: 0n }
    // The window that ends first comes last, so that it counts.
    expect(told.events).toEqual([
      { ...update, finalAt: 1_950_000_000n },
      { ...update, finalAt: 1_900_000_000n },
    ])
  })
})

describe('an endpoint that does not answer', () => {
  it('from the start on is done without, but one alone makes nothing final', async () => {
    const { chain, endpoints, follow, grow } = await createScene({}, {})
    const silent = endpoints[1]
    if (silent !== undefined) silent.switches.busyFor = Number.POSITIVE_INFINITY
    await silent?.stop()
    const told = await follow()
    chain.push(61, { logs: [close] })
    await told.event('closeStarted')
    await grow(told, 10)
    expect(told.finalNumber).toBe(-1n)
    expect(told.problem).toBeUndefined()
  })

  it('is done without where two others agree', async () => {
    const { chain, endpoints, follow, grow } = await createScene({}, {}, {})
    const told = await follow()
    await endpoints[0]?.stop()
    chain.push(61, { logs: [deposit] })
    await grow(told, 12)
    await told.until(() => told.finalNumber >= 61n)
    expect(told.events).toContainEqual(deposited)
  })

  it('is a problem of the chain only where no other does', async () => {
    const { endpoints, follow } = await createScene({}, {})
    const told = await follow()
    for (const endpoint of endpoints) await endpoint.stop()
    await told.until(() => told.problem?.code === 'CHAIN_UNREACHABLE')
  })
})

describe('a block that is another than all took for final', () => {
  it('is a problem of the chain for good, and nothing of its chain is told', async () => {
    const { chain, endpoints, follow, grow } = await createScene({}, {})
    const told = await follow()
    await grow(told, 10)
    await told.until(() => told.finalNumber === 65n)
    const asked = () => endpoints.map((endpoint) => endpoint.asked.length)
    chain.pop(10)
    chain.pushAll(61, 80, 'b')
    chain.push(81, { branch: 'b', logs: [close] })
    await told.until(() => told.problem?.code === 'CHAIN_FINALITY_BROKEN')
    // Until both were read anew, and that more than once.
    const before = asked()
    while (asked().some((count, i) => count < (before[i] ?? 0) + 40))
      await new Promise((resolve) => setImmediate(resolve))
    expect(told.problem?.code).toBe('CHAIN_FINALITY_BROKEN')
    expect(told.events).toEqual([])
    expect(told.newest).toBe(70n)
  })
})

describe('an endpoint that falls silent', () => {
  it.each([1, 2])('takes no close back that it alone showed, and no doubt, with %i others', async (others) => {
    const liars = Array.from({ length: others }, () => ({ hides: isClose }))
    const { chain, follow, silence, grow } = await createScene(...liars, {})
    const told = await follow()
    chain.push(61, { logs: [close] })
    await grow(told, 4)
    await told.until(() => told.doubted !== undefined)
    const beforeSilence = told.told.length
    await silence(told, others)
    await grow(told, 60)
    expect(seen(told, 'closeStarted')).toEqual([closed])
    expect(told.doubted?.code).toBe('CHAIN_ENDPOINTS_DISAGREE')
    expect(told.told.slice(beforeSilence)).not.toContain('agreed')
    expect(told.finalNumber).toBeLessThan(61n)
  })
})

describe('an endpoint that no longer shows, of a block that it has, the close that it alone showed', () => {
  const hides = { hides: isClose }

  it('is another node of the same address, and believed where it shows it again', async () => {
    const { chain, endpoints, readings, follow, grow } = await createScene(hides, {})
    const told = await follow()
    chain.push(61, { logs: [close] })
    await grow(told, 4)
    await told.until(() => told.doubted !== undefined)
    const [, balancer] = endpoints
    if (balancer !== undefined) balancer.switches.hides = isClose
    const before = readings(1)
    while (readings(1) < before + 4) await grow(told, 1)
    expect(told.events).toEqual([closed])
    expect(told.doubted).toBeDefined()
    for (const { switches } of endpoints) switches.hides = () => false
    await grow(told, 10)
    await told.until(() => told.doubted === undefined && told.finalNumber >= 61n)
    expect(told.events).toEqual([closed])
  })

  it('is believed when it has not shown it for long', async () => {
    const { chain, endpoints, follow, grow } = await createScene({}, {})
    const told = await follow()
    const block = chain.push(61)
    const place = { blockHash: block.hash, blockNumber: block.number, transactionHash: block.hash } as const
    const made = { ...close, ...place, address: contract, logIndex: '0x0', transactionIndex: '0x0' } as const
    const [, liar] = endpoints
    if (liar !== undefined) liar.switches.invents = ({ hash }) => (hash === block.hash ? [made] : [])
    await grow(told, 4)
    await told.until(() => told.doubted !== undefined)
    if (liar !== undefined) liar.switches.invents = () => []
    await told.until(() => told.doubted === undefined)
    await grow(told, 10)
    await told.until(() => told.finalNumber >= 61n)
    expect(told.events).toEqual([])
  })
})

describe('endpoints that are honest', () => {
  it('agree on a block that holds the same event twice', async () => {
    const { chain, follow, grow } = await createScene({}, {})
    const told = await follow()
    chain.push(61, { logs: [deposit, deposit] })
    await grow(told, 12)
    await told.until(() => told.finalNumber >= 61n)
    expect(told.told).not.toContain('doubted')
    expect(seen(told, 'deposited')).toEqual([deposited, deposited])
  })

  it('are not doubted for a reorganisation that one hears of later', async () => {
    const { chain, follow, grow } = await createScene({}, { lag: 1 }, {})
    const told = await follow()
    for (let round = 0; round < 8; round++) {
      chain.push(Number(chain.newest.number) + 1, { logs: [close] })
      await told.event('closeStarted')
      chain.pop()
      const { number } = chain.push(Number(chain.newest.number) + 2, { branch: `${round}` })
      await told.until(() => told.newest === BigInt(number) && told.events.length === 0)
      await grow(told, 2)
    }
    expect(told.told).not.toContain('doubted')
  })

  it('tell the same story as the chain has, whatever comes late at which of them, for many seeds', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = seededRandom(seed)
      const { chain, follow } = await createScene({ lateLogs: 0.4 }, { lateLogs: 0.4, lag: seed % 3 })
      const told = await follow()
      for (let i = 1; i <= 25; i++) {
        const height = Number(chain.newest.number) + 1 + random.below(2)
        chain.push(height, random.chance(0.5) ? { logs: [depositedLog(id('c1'), 0, BigInt(i))] } : {})
        if (random.chance(0.3)) {
          chain.pop(1 + random.below(2))
          chain.push(height + 1, { branch: `${i}` })
        }
        if (i % 5 === 0) await told.until(() => told.newest === BigInt(chain.newest.number))
      }
      const last = Number(chain.newest.number)
      chain.pushAll(last + 1, last + 12)
      await told.until(() => told.finalNumber >= BigInt(last))
      const expected = await Promise.all((await chain.blocks(0, 1_000)).map(({ hash }) => chain.logs(hash)))
      expect(told.events.length).toBe(expected.flat().length)
      for (const clean of cleanups.splice(0).reverse()) await clean()
    }
  })
})
