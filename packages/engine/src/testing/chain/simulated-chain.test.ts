import { type Address, type ChannelTerms, type Hex, NATIVE_TOKEN } from '@sluice/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Chain, ChainBlock } from '../../ports/chain.ts'
import { createFastCrypto, type FastCrypto } from '../fast-crypto.ts'
import { seededRandom } from '../random.ts'
import { Scheduler } from '../scheduler.ts'
import { type Endpoint, SimulatedChain } from './simulated-chain.ts'

function partiesOf(crypto: FastCrypto): { readonly terms: ChannelTerms; readonly a: Address } {
  const [a, b] = [crypto.signer(1), crypto.signer(2)]
    .map(({ address }) => ({ account: address, signer: address }))
    .sort((x, y) => (x.signer < y.signer ? -1 : 1))
  if (a === undefined || b === undefined) throw new RangeError('there are two')
  return { terms: { a, b, token: NATIVE_TOKEN, disputeWindow: 60, nonce: 1n }, a: a.account }
}

/** What follows the chain over all its lives, and complains. */
class Witness {
  /** Hashes of all blocks that were ever told as final, by number; each counts for good. */
  readonly final = new Map<bigint, Hex>()
  /** Told in this life, or where it began. */
  newestFinal: bigint | undefined
  #blocks: ChainBlock[] = []
  #life = 0

  /** A new life, as an engine's that starts again: it knows what is final, and nothing else. */
  async start(chain: Chain, from: bigint | undefined): Promise<void> {
    this.#blocks = []
    this.newestFinal = from
    this.#life += 1
    const life = this.#life
    const alive = (run: () => void) => {
      if (life === this.#life) run()
    }
    await chain.start(from, {
      block: (block) => alive(() => this.#hear(block)),
      rolledBack: (to) => alive(() => this.#rollBack(to)),
      final: (number) => alive(() => this.#close(number)),
      health() {},
    })
  }

  #hear(block: ChainBlock): void {
    const known = this.final.get(block.number)
    if (known !== undefined) expect(block.hash, `block ${block.number} was final`).toBe(known)
    const newest = this.#blocks.at(-1)
    if (newest !== undefined) expect(block.number).toBeGreaterThan(newest.number)
    this.#blocks.push(block)
  }

  #rollBack(to: bigint): void {
    if (this.newestFinal !== undefined) expect(to).toBeGreaterThanOrEqual(this.newestFinal)
    this.#blocks = this.#blocks.filter(({ number }) => number <= to)
  }

  #close(number: bigint): void {
    if (this.newestFinal !== undefined) expect(number).toBeGreaterThanOrEqual(this.newestFinal)
    this.newestFinal = number
    for (const block of this.#blocks) if (block.number <= number) this.final.set(block.number, block.hash)
  }
}

const act = fc.oneof(
  fc.record({ type: fc.constant('wait' as const), milliseconds: fc.nat(4000) }),
  fc.record({ type: fc.constant('reorg' as const), depth: fc.nat(6) }),
  fc.record({ type: fc.constant('down' as const), isDown: fc.boolean() }),
  fc.record({ type: fc.constant('restart' as const), isFresh: fc.boolean() }),
  fc.record({ type: fc.constant('submit' as const), amount: fc.bigInt({ min: 1n, max: 50n }) }),
)

/** At once and in full, or as Filecoin's endpoints show it. */
const shape = fc.constantFrom(
  { nullRounds: 0, endpoint: {} },
  { nullRounds: 0.3, endpoint: {} },
  { nullRounds: 0.2, endpoint: { lag: 2, lateLogs: 0.5 } },
)

it('never takes back a block that it told as final, whatever is done to it and whoever starts again', async () => {
  let finals = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.nat(4),
      shape,
      fc.array(act, { maxLength: 60 }),
      async (seed, finality, how, acts) => {
        const scheduler = new Scheduler(Date.UTC(2026, 0, 1))
        const crypto = createFastCrypto()
        const chain = new SimulatedChain({
          scheduler,
          random: seededRandom(seed),
          crypto,
          finality,
          nullRounds: how.nullRounds,
        })
        const { terms, a } = partiesOf(crypto)
        chain.mint(NATIVE_TOKEN, a, 10_000n)
        const witness = new Witness()
        let connection = chain.connect(a, how.endpoint)
        await witness.start(connection, undefined)
        for (const one of acts) {
          if (one.type === 'wait') await scheduler.runFor(one.milliseconds)
          if (one.type === 'reorg') chain.reorg(one.depth)
          if (one.type === 'down') chain.setDown(one.isDown)
          if (one.type === 'submit') chain.submit(a, { type: 'deposit', terms, party: 0, amount: one.amount })
          if (one.type === 'restart') {
            await connection.stop()
            connection = chain.connect(a, how.endpoint)
            await witness.start(connection, one.isFresh ? undefined : witness.newestFinal)
          }
        }
        chain.setDown(false)
        await scheduler.runFor(10_000)
        finals += witness.final.size
      },
    ),
    { numRuns: 200 },
  )
  expect(finals).toBeGreaterThan(1000)
})

it.each([20, 250, 1000])('keeps to the clock with a block every %i ms', async (blockTime) => {
  const scheduler = new Scheduler(Date.UTC(2026, 0, 1))
  const chain = new SimulatedChain({ scheduler, random: seededRandom(1), crypto: createFastCrypto(), blockTime })
  const { timestamp } = chain.head
  await scheduler.runFor(30_000)
  const passed = Number(chain.head.timestamp - timestamp)
  expect(passed).toBeGreaterThanOrEqual(28)
  expect(passed).toBeLessThanOrEqual(30)
})

describe('a chain as Filecoin has it', () => {
  async function followed(options: { nullRounds?: number; endpoint?: Endpoint }) {
    const scheduler = new Scheduler(Date.UTC(2026, 0, 1))
    const crypto = createFastCrypto()
    const { nullRounds = 0, endpoint = {} } = options
    const chain = new SimulatedChain({ scheduler, random: seededRandom(3), crypto, finality: 4, nullRounds })
    const { terms, a } = partiesOf(crypto)
    chain.mint(NATIVE_TOKEN, a, 10_000n)
    const story: string[] = []
    let blocks: ChainBlock[] = []
    await chain.connect(a, endpoint).start(undefined, {
      block: (block) => {
        blocks.push(block)
        story.push(`block ${block.number} ${block.events.length}`)
      },
      rolledBack: (to) => {
        blocks = blocks.filter(({ number }) => number <= to)
        story.push('rolled back')
      },
      final: (number) => story.push(`final ${number}`),
      health() {},
    })
    return { scheduler, chain, terms, a, story, blocks: () => blocks }
  }

  it('has heights without a block, which become final like any other', async () => {
    const { scheduler, chain, story, blocks } = await followed({ nullRounds: 0.3 })
    await scheduler.runFor(40_000)
    const numbers = new Set(blocks().map(({ number }) => number))
    expect(numbers.size).toBeLessThan(Number(chain.head.number))
    const finals = story.filter((line) => line.startsWith('final')).map((line) => BigInt(line.slice(6)))
    expect(finals.some((number) => !numbers.has(number))).toBe(true)
  })

  it('is shown by an endpoint that is behind as it was some blocks ago', async () => {
    const { scheduler, chain, blocks } = await followed({ endpoint: { lag: 3 } })
    await scheduler.runFor(20_500)
    expect(blocks().at(-1)?.number).toBe(chain.head.number - 3n)
  })

  it('is told without logs at first, and with all of them before it is final', async () => {
    const { scheduler, chain, terms, a, story, blocks } = await followed({ endpoint: { lateLogs: 1 } })
    chain.submit(a, { type: 'deposit', terms, party: 0, amount: 5n })
    await scheduler.runFor(1_500)
    expect(blocks().flatMap(({ events }) => events)).toEqual([])
    await scheduler.runFor(10_000)
    expect(blocks().flatMap(({ events }) => events)).toMatchObject([{ type: 'deposited', total: 5n }])
    const [bare, taken, full, final] = ['block 1 0', 'rolled back', 'block 1 1', 'final 1'].map((line) =>
      story.indexOf(line),
    )
    expect([bare, taken, full, final]).toEqual([bare, taken, full, final].toSorted((x = 0, y = 0) => x - y))
    expect(bare).toBeGreaterThanOrEqual(0)
  })
})
