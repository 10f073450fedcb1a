import assert from 'node:assert/strict'
import { type ChannelTerms, type Crypto, createDigests, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import type { Chain, ChainBlock, ChainCall, ChainEvent, ChainHandler } from '../../ports/chain.ts'
import type { ConformanceCase } from './case.ts'

/** What the suite needs of a chain with the contract on it. */
export interface ChainHarness {
  readonly crypto: Crypto
  /** Two signers; the first one's address sends transactions and has at least 10,000 base units of native money. */
  readonly signers: readonly [Signer, Signer]
  /** A new connection as the first signer's address, not yet started. The suite stops it. */
  connect(): Promise<Chain>
  /** Takes the newest block away and mines two others, which hold none of its transactions. Left out where that can't be done. */
  readonly reorg?: () => Promise<void>
  /** Waits until the condition holds, while blocks keep coming. Rejects if it never does. */
  until(condition: () => boolean): Promise<void>
  finish<T>(promise: Promise<T>): Promise<T>
}

/** Follows a chain as an engine does. */
class Follower {
  blocks: ChainBlock[] = []
  final = -1n
  rollbacks = 0
  block(block: ChainBlock): void {
    const newest = this.blocks.at(-1)
    assert.ok(newest === undefined || block.number > newest.number, 'block numbers rise')
    assert.ok(newest === undefined || block.timestamp >= newest.timestamp, 'block times do not fall')
    this.blocks.push(block)
  }
  rolledBack(to: bigint): void {
    assert.ok(to >= this.final, 'what is final is not rolled back')
    this.rollbacks += 1
    this.blocks = this.blocks.filter(({ number }) => number <= to)
  }
  noteFinal(number: bigint): void {
    assert.ok(number > this.final, 'final numbers rise')
    this.final = number
  }
  get events(): readonly ChainEvent[] {
    return this.blocks.flatMap(({ events }) => events)
  }
}

interface Scene {
  readonly chain: Chain
  readonly follower: Follower
  readonly harness: ChainHarness
}

function handlerOf(follower: Follower): ChainHandler {
  return {
    block: (block) => follower.block(block),
    rolledBack: (to) => follower.rolledBack(to),
    final: (number) => follower.noteFinal(number),
    health() {},
  }
}

async function follow(
  harness: ChainHarness,
  from: bigint | undefined,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const chain = await harness.connect()
  const follower = new Follower()
  try {
    await harness.finish(chain.start(from, handlerOf(follower)))
    await run({ chain, follower, harness })
  } finally {
    await harness.finish(chain.stop())
  }
}

let nonce = 1n

/** Terms of a channel that no other case uses. */
function newTerms({ signers }: ChainHarness): ChannelTerms {
  const [a, b] = signers
    .map(({ address }) => ({ account: address, signer: address }))
    .sort((x, y) => (x.signer < y.signer ? -1 : 1))
  assert.ok(a !== undefined && b !== undefined)
  nonce += 1n
  return {
    a,
    b,
    token: NATIVE_TOKEN,
    disputeWindow: 3600,
    nonce: (BigInt(Math.floor(Date.now() / 60_000)) << 32n) | nonce,
  }
}

function deposit(terms: ChannelTerms, amount: bigint): ChainCall & { readonly type: 'deposit' } {
  return { type: 'deposit', terms, party: 0, amount }
}

const totals = (follower: Follower, channelId: string): bigint[] =>
  follower.events.flatMap((event) => (event.type === 'deposited' && event.channelId === channelId ? [event.total] : []))

/** What every chain does. */
export const chainConformance: readonly ConformanceCase<ChainHarness>[] = [
  {
    name: 'tells the newest block, and then what is final',
    run: (harness) =>
      follow(harness, undefined, async ({ follower }) => {
        assert.ok(follower.blocks.length > 0, 'it has caught up')
        const { number } = follower.blocks.at(-1) ?? { number: 0n }
        await harness.until(() => follower.final >= number)
        assert.ok((follower.blocks.at(-1)?.number ?? 0n) >= follower.final)
      }),
  },
  {
    name: 'sends a prepared transaction once, however often it is broadcast',
    run: (harness) =>
      follow(harness, undefined, async ({ chain, follower }) => {
        const terms = newTerms(harness)
        const channelId = createDigests(chain.domain, harness.crypto).channelId(terms)
        const prepared = await harness.finish(chain.prepare(deposit(terms, 100n)))
        assert.deepEqual(await harness.finish(chain.status(prepared)), { status: 'pending' })
        await harness.finish(chain.broadcast(prepared))
        await harness.finish(chain.broadcast(prepared))
        await harness.until(() => totals(follower, channelId).length > 0)
        await harness.finish(chain.broadcast(prepared))
        const status = await harness.finish(chain.status(prepared))
        assert.ok(status.status === 'included' && status.success)
        await harness.until(() => follower.final >= status.block)
        assert.deepEqual(totals(follower, channelId), [100n])
      }),
  },
  {
    name: 'prepares one transaction after the other, each with a nonce of its own',
    run: (harness) =>
      follow(harness, undefined, async ({ chain, follower }) => {
        const terms = newTerms(harness)
        const channelId = createDigests(chain.domain, harness.crypto).channelId(terms)
        for (const amount of [10n, 20n, 30n]) {
          await harness.finish(chain.broadcast(await harness.finish(chain.prepare(deposit(terms, amount)))))
        }
        await harness.until(() => totals(follower, channelId).length === 3)
        assert.deepEqual(totals(follower, channelId), [10n, 30n, 60n])
      }),
  },
  {
    name: 'refuses to prepare what would revert',
    run: (harness) =>
      follow(harness, undefined, async ({ chain }) => {
        const terms = newTerms(harness)
        const locks = { locked: 0n, locksRoot: `0x${'00'.repeat(32)}` } as const
        const prepared = harness.finish(chain.prepare({ type: 'settle', terms, locks: [locks, locks] }))
        await assert.rejects(prepared, { code: 'CHAIN_REVERTED' })
      }),
  },
  {
    name: 'goes on after the block that it is told to, with all events since',
    run: async (harness) => {
      const terms = newTerms(harness)
      let from = 0n
      let channelId = ''
      await follow(harness, undefined, async ({ chain, follower }) => {
        channelId = createDigests(chain.domain, harness.crypto).channelId(terms)
        await harness.until(() => follower.final >= 0n)
        from = follower.final
        await harness.finish(chain.broadcast(await harness.finish(chain.prepare(deposit(terms, 7n)))))
        await harness.until(() => totals(follower, channelId).length === 1)
      })
      await follow(harness, from, async ({ follower }) => {
        await harness.until(() => totals(follower, channelId).length === 1)
        assert.ok(follower.blocks.every(({ number }) => number > from))
      })
    },
  },
  {
    name: 'takes back what a reorg takes away, and says so of its transaction',
    run: (harness) =>
      follow(harness, undefined, async ({ chain, follower }) => {
        if (harness.reorg === undefined) return
        const terms = newTerms(harness)
        const channelId = createDigests(chain.domain, harness.crypto).channelId(terms)
        const prepared = await harness.finish(chain.prepare(deposit(terms, 5n)))
        await harness.finish(chain.broadcast(prepared))
        await harness.until(() => totals(follower, channelId).length === 1)
        await harness.finish(harness.reorg())
        await harness.until(() => follower.rollbacks > 0)
        await harness.finish(chain.broadcast(prepared))
        await harness.until(() => totals(follower, channelId).length === 1)
        const status = await harness.finish(chain.status(prepared))
        assert.ok(status.status === 'included' && status.success)
      }),
  },
]
