import type { DiskEntry, RecordKind } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { Collection } from '../records/collection.ts'
import { Disk } from '../testing/disk.ts'
import { Scheduler } from '../testing/scheduler.ts'
import { Loop } from './loop.ts'
import { Waiting } from './waiting.ts'

interface Count {
  readonly name: string
  readonly value: number
}

const encode = (count: Count): Uint8Array => new TextEncoder().encode(JSON.stringify(count))
const counts: RecordKind<Count> = {
  prefix: 'count/',
  writes(before, after): readonly DiskEntry[] {
    const record = after ?? before
    return record === undefined ? [] : [{ key: `count/${record.name}`, value: after && encode(after) }]
  },
  reader() {
    const found = new Map<`0x${string}`, Count>()
    return {
      take: (key, value) => void found.set(key.slice(6) as `0x${string}`, JSON.parse(new TextDecoder().decode(value))),
      records: () => found,
    }
  },
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function setUp(scheduler = new Scheduler(0), disk = new Disk(scheduler)) {
  const held: boolean[] = []
  const fatal: Error[] = []
  const collection = new Collection<string, Count>(counts, (key) => loop.touch(key))
  const loop: Loop = new Loop({
    store: disk.open(),
    log: quiet,
    participants: [collection],
    onBatch: () => {},
    beforeCommit: () => {},
    onCommit: () => {},
    onFatal: (error) => fatal.push(error),
    onHeld: (reason) => held.push(reason !== undefined),
    after: (milliseconds, run) => scheduler.after(milliseconds, run),
  })
  const add = (name: string, by: number) => {
    const value = (collection.get(name)?.value ?? 0) + by
    collection.set(name, { name, value })
    return value
  }
  return { scheduler, disk, collection, loop, add, fatal, held }
}

describe('the loop', () => {
  it('handles what waits in one commit, and answers only after it', async () => {
    const { scheduler, disk, loop, add, collection } = setUp()
    const answers = Promise.all([1, 2, 3].map((by) => loop.call(() => add('a', by))))
    await scheduler.runFor(0)
    expect(collection.committed('a')).toBeUndefined()
    expect(await scheduler.finish('answers', answers)).toEqual([1, 3, 6])
    expect(disk.commits).toBe(1)
    expect(collection.committed('a')?.value).toBe(6)
  })

  it('drops all that a throwing event did, and only that', async () => {
    const { scheduler, loop, add, collection } = setUp()
    const effects: string[] = []
    const good = loop.call(() => add('a', 1))
    const bad = loop.call(() => {
      add('a', 100)
      add('b', 100)
      loop.afterCommit(() => effects.push('bad'))
      loop.follow({ run: () => void add('c', 1) })
      loop.atEnd('process', 'end', () => void add('d', 1))
      throw new RangeError('bad')
    })
    const later = loop.call(() => {
      loop.afterCommit(() => effects.push('later'))
      return add('a', 1)
    })
    const [first, second, third] = await scheduler.finish('all', Promise.allSettled([good, bad, later]))
    expect(first).toMatchObject({ value: 1 })
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'bad' } })
    expect(third).toMatchObject({ value: 2 })
    expect(effects).toEqual(['later'])
    expect([...collection.allCommitted()].map(([key]) => key)).toEqual(['a'])
  })

  it('lets nothing leave of a batch whose commit failed, and stops', async () => {
    const { scheduler, loop, add, disk, fatal, collection } = setUp()
    disk.fate = () => 'full'
    const effects: string[] = []
    const answer = loop.call(() => {
      loop.afterCommit(() => effects.push('left'))
      return add('a', 1)
    })
    const [outcome] = await scheduler.finish('answer', Promise.allSettled([answer]))
    expect(outcome).toMatchObject({
      reason: { code: 'ENGINE_FAILED', details: { reason: expect.stringContaining('space') } },
    })
    expect(effects).toEqual([])
    expect(collection.committed('a')).toBeUndefined()
    expect(fatal).toHaveLength(1)
    await expect(loop.call(() => 1)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  })

  it('runs the end of a batch once for many events, and its effects after the commit', async () => {
    const { scheduler, loop, add, disk } = setUp()
    const seen: number[] = []
    const calls = [1, 2, 3].map((by) =>
      loop.call(() => {
        add('a', by)
        loop.atEnd('process', 'sum', () => seen.push(add('a', 0)))
      }),
    )
    await scheduler.finish('calls', Promise.all(calls))
    expect(seen).toEqual([6])
    expect(disk.commits).toBe(1)
  })

  it('fails only the event that spoils the end of the batch', async () => {
    const { scheduler, loop, add, collection } = setUp()
    const call = (by: number) =>
      loop.call(() => {
        add('a', by)
        loop.atEnd('process', 'check', () => {
          if ((collection.get('a')?.value ?? 0) >= 100) throw new RangeError('too much')
        })
        return by
      })
    const outcomes = await scheduler.finish('calls', Promise.allSettled([call(1), call(100), call(2)]))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(collection.committed('a')?.value).toBe(3)
  })

  it('keeps followers apart from what they follow', async () => {
    const { scheduler, loop, add, collection, disk } = setUp()
    const failures: unknown[] = []
    const call = loop.call(() => {
      add('a', 1)
      loop.follow({
        run: () => {
          add('b', 1)
          throw new RangeError('follower')
        },
        failed: (error) => failures.push(error),
      })
      loop.follow({ run: () => void add('c', 1) })
    })
    await scheduler.finish('call', call)
    expect(failures).toHaveLength(1)
    expect([...collection.allCommitted()].map(([key]) => key).sort()).toEqual(['a', 'c'])
    expect(disk.commits).toBe(1)
  })

  it('wakes a waiting call when its topic changes, in the same batch or later, and gives up on abort', async () => {
    const { scheduler, loop, add, collection } = setUp()
    const reached = (limit: number, signal?: AbortSignal) =>
      loop.call(() => {
        const value = collection.get('a')?.value ?? 0
        return value >= limit ? value : new Waiting(`a to reach ${limit}`, 'a')
      }, signal)
    const one = reached(1)
    const two = reached(2)
    const abort = new AbortController()
    const never = reached(99, abort.signal)
    await scheduler.finish(
      'first',
      loop.call(() => add('a', 1)),
    )
    expect(await scheduler.finish('one', one)).toBe(1)
    await scheduler.finish(
      'second',
      loop.call(() => add('a', 1)),
    )
    expect(await scheduler.finish('two', two)).toBe(2)
    abort.abort()
    await expect(never).rejects.toMatchObject({ code: 'CALL_ABORTED', details: { waitingFor: 'a to reach 99' } })
    const stopped = reached(50)
    await scheduler.runFor(10)
    loop.stop()
    await expect(stopped).rejects.toMatchObject({ code: 'ENGINE_STOPPED' })
  })

  it('does not wake a call by what it wrote itself', async () => {
    const { scheduler, loop, add } = setUp()
    let runs = 0
    const call = loop.call(() => {
      runs += 1
      return add('a', 1) >= 3 ? 'done' : new Waiting('more', 'a')
    })
    await scheduler.runFor(100)
    expect(runs).toBe(1)
    await scheduler.finish(
      'other',
      loop.call(() => add('a', 1)),
    )
    expect(await scheduler.finish('call', call)).toBe('done')
    expect(runs).toBe(2)
  })

  it('refuses, while the store takes nothing, what comes again, and works off all that nobody repeats once it takes again', async () => {
    const { scheduler, disk, loop, add, collection, held, fatal } = setUp()
    disk.fate = () => 'fullForNow'
    const first = loop.call(() => add('first', 1))
    await scheduler.runFor(100)
    expect(held).toEqual([true])
    const calls = Array.from({ length: 10_000 }, () => loop.call(() => add('calls', 1)))
    expect(loop.isFull).toBe(true)
    await expect(loop.call(() => add('calls', 1))).rejects.toMatchObject({ code: 'STORE_WAITS' })
    const refused: unknown[] = []
    loop.post({ run: () => void add('messages', 1), failed: (error) => refused.push(error), refusable: 10 })
    expect(refused).toMatchObject([{ code: 'STORE_WAITS' }])
    let timers = 0
    for (let i = 0; i < 20; i++) loop.post({ run: () => void add('timers', 1), committed: () => (timers += 1) })
    const own = loop.write(() => void add('own', 1))
    loop.post({ run: () => void add('chain', 1), urgent: () => {} })
    await scheduler.runFor(20_000)
    expect(collection.committed('first')).toBeUndefined()
    disk.fate = () => 'done'
    await scheduler.finish('all', Promise.all([first, own, ...calls]))
    expect(held).toEqual([true, false])
    expect(loop.isFull).toBe(false)
    const values = Object.fromEntries([...collection.allCommitted()].map(([key, { value }]) => [key, value]))
    expect(values).toEqual({ first: 1, chain: 1, calls: 10_000, timers: 20, own: 1 })
    expect(timers).toBe(20)
    expect(await scheduler.finish('a call', Promise.resolve(loop.call(() => add('calls', 1))))).toBe(10_001)
    expect(fatal).toEqual([])
  })

  it('bounds what waits for the store by its bytes, too', async () => {
    const { scheduler, disk, loop, add } = setUp()
    disk.fate = () => 'fullForNow'
    loop.post({ run: () => void add('a', 1) })
    await scheduler.runFor(100)
    const refused: unknown[] = []
    const post = () => loop.post({ run: () => {}, failed: (error) => refused.push(error), refusable: 256 * 1024 })
    for (let i = 0; i < 256; i++) post()
    expect(refused).toEqual([])
    post()
    expect(refused).toMatchObject([{ code: 'STORE_WAITS' }])
  })
})
