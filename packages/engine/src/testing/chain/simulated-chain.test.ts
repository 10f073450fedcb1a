import { type Hex, NATIVE_TOKEN } from '@sluice/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Chain, ChainBlock } from '../../ports/chain.ts'
import { createFastCrypto } from '../fast-crypto.ts'
import { seededRandom } from '../random.ts'
import { Scheduler } from '../scheduler.ts'
import { SimulatedChain } from './simulated-chain.ts'

/** What follows the chain over all its lives, and complains. */
class Witness {
  /** Hashes of all blocks that were ever told as final, by number; each counts for good. */
  readonly final = new Map<bigint, Hex>()
  newestFinal: bigint | undefined
  #blocks: ChainBlock[] = []
  #life = 0

  /** A new life, as an engine's that starts again: it knows what is final, and nothing else. */
  async start(chain: Chain, from: bigint | undefined): Promise<void> {
    this.#blocks = []
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

it('never takes back a block that it told as final, whatever is done to it and whoever starts again', async () => {
  let finals = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(4), fc.array(act, { maxLength: 60 }), async (seed, finality, acts) => {
      const scheduler = new Scheduler(Date.UTC(2026, 0, 1))
      const crypto = createFastCrypto()
      const chain = new SimulatedChain({ scheduler, random: seededRandom(seed), crypto, finality })
      const [a, b] = [crypto.signer(1), crypto.signer(2)]
        .map(({ address }) => ({ account: address, signer: address }))
        .sort((x, y) => (x.signer < y.signer ? -1 : 1))
      if (a === undefined || b === undefined) throw new RangeError('there are two')
      const terms = { a, b, token: NATIVE_TOKEN, disputeWindow: 60, nonce: 1n }
      chain.mint(NATIVE_TOKEN, a.account, 10_000n)
      const witness = new Witness()
      let connection = chain.connect(a.account)
      await witness.start(connection, undefined)
      for (const one of acts) {
        if (one.type === 'wait') await scheduler.runFor(one.milliseconds)
        if (one.type === 'reorg') chain.reorg(one.depth)
        if (one.type === 'down') chain.setDown(one.isDown)
        if (one.type === 'submit') chain.submit(a.account, { type: 'deposit', terms, party: 0, amount: one.amount })
        if (one.type === 'restart') {
          await connection.stop()
          connection = chain.connect(a.account)
          await witness.start(connection, one.isFresh ? undefined : witness.newestFinal)
        }
      }
      chain.setDown(false)
      await scheduler.runFor(10_000)
      finals += witness.final.size
    }),
    { numRuns: 200 },
  )
  expect(finals).toBeGreaterThan(1000)
})
