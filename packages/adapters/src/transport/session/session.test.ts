import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultTransportLimits, type TransportLimits } from '../limits.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createIdentity, shake } from '../testing/shake.ts'
import { TestWire } from '../testing/wire-pair.ts'
import { nodePrimitives } from './primitives-node.ts'
import { SecureSession } from './session.ts'

interface End {
  readonly wire: TestWire
  readonly session: SecureSession
  readonly frames: string[]
  closes: number
}

function pair(limits: Partial<TransportLimits> = {}) {
  const clock = createManualClock()
  const ends = shake(createIdentity(), createIdentity()).map((established): End => {
    const wire = new TestWire()
    const end: { frames: string[]; closes: number } = { frames: [], closes: 0 }
    const session = new SecureSession({
      established,
      wire,
      primitives: nodePrimitives,
      limits: { ...defaultTransportLimits, ...limits },
      clock,
      handler: { frame: (_, frame) => end.frames.push(new TextDecoder().decode(frame)), closed: () => end.closes++ },
    })
    return Object.assign(end, { wire, session })
  })
  return { a: ends[0] as End, b: ends[1] as End, clock }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Has `from` send each text as a record of its own, and returns the records. */
async function records(from: End, ...texts: string[]): Promise<Uint8Array[]> {
  for (const value of texts) {
    from.session.send(text(value))
    await turn()
  }
  return from.wire.sent.splice(0)
}

describe('a session', () => {
  it('carries frames whole and in order, those of one turn in one record', async () => {
    const { a, b } = pair()
    for (const value of ['one', '', 'three']) a.session.send(text(value))
    await turn()
    expect(a.wire.sent).toHaveLength(1)
    for (const record of a.wire.sent) b.wire.deliver(record)
    expect(b.frames).toEqual(['one', '', 'three'])
  })

  it('carries any frames whatever their sizes', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200_000 })), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const { a, b } = pair()
        const sent = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length))
        for (const value of sent) a.session.send(text(value))
        await turn()
        for (const record of a.wire.sent) b.wire.deliver(record)
        expect(b.frames).toEqual(sent)
      }),
      { numRuns: 30 },
    )
  })

  it.each<[string, (first: Uint8Array, second: Uint8Array, own: Uint8Array) => Uint8Array[]]>([
    ['replayed', (first) => [first, first]],
    ['reordered', (_first, second) => [second]],
    ['left out', (first, _second, own) => [first, own]],
    ['reflected', (_first, _second, own) => [own]],
    ['cut short', (first) => [first.subarray(0, -1)]],
    ['made longer', (first) => [Uint8Array.from([...first, 0])]],
    ['changed in one bit', (first) => [Uint8Array.from(first, (value, i) => (i === 3 ? value ^ 1 : value))]],
    ['empty', () => [new Uint8Array()]],
    ['not sealed at all', () => [text('good morning')]],
  ])('ends when a record is %s, and believes nothing more', async (_case, make) => {
    const { a, b } = pair()
    const [first, second, third] = (await records(a, '1', '2', '3')) as [Uint8Array, Uint8Array, Uint8Array]
    const [own] = (await records(b, 'mine')) as [Uint8Array]
    for (const record of make(first, second, own)) b.wire.deliver(record)
    expect(b.wire.ended).toBe(true)
    b.wire.deliver(third)
    await turn()
    expect(b.closes).toBe(1)
    expect(b.frames.filter((frame) => frame !== '1')).toEqual([])
  })

  it('ends when a frame is larger than its limit, at whichever end', async () => {
    const { a, b } = pair({ frameBytes: 10 })
    a.session.send(text('12345678901'))
    expect(a.session.ended).toBe(true)
    const large = pair({ frameBytes: 11 })
    large.a.session.send(text('12345678901'))
    await turn()
    expect(large.a.session.ended).toBe(false)
    expect(b.session.ended).toBe(false)
  })

  it('ends when its peer leaves too much unread', async () => {
    const { a } = pair({ queuedBytes: 1000 })
    a.wire.queued = 900
    a.session.send(text('x'.repeat(100)))
    expect(a.session.ended).toBe(false)
    a.session.send(text('x'))
    expect(a.session.ended).toBe(true)
    await turn()
    expect(a.closes).toBe(1)
  })

  it('tells how many bytes wait', async () => {
    const { a } = pair()
    a.session.send(text('x'.repeat(50)))
    expect(a.session.queued).toBe(50)
    await turn()
    a.wire.queued = 7
    expect(a.session.queued).toBe(7)
  })

  it('ends after three intervals without a sign of life', () => {
    const { a, clock } = pair({ keepAliveMs: 1000 })
    clock.advance(2999)
    expect(a.session.ended).toBe(false)
    clock.advance(1)
    expect(a.session.ended).toBe(true)
  })

  it('lives on while its peer answers, though neither has anything to say', async () => {
    const { a, b, clock } = pair({ keepAliveMs: 1000 })
    for (let i = 0; i < 20; i++) {
      clock.advance(500)
      for (const record of a.wire.sent.splice(0)) b.wire.deliver(record)
      for (const record of b.wire.sent.splice(0)) a.wire.deliver(record)
      for (const record of a.wire.sent.splice(0)) b.wire.deliver(record)
    }
    expect([a.session.ended, b.session.ended]).toEqual([false, false])
    expect(a.frames).toEqual([])
  })

  it('ends at once after a probe that nobody answers, and not if somebody does', async () => {
    const answered = pair({ keepAliveMs: 1000 })
    answered.a.session.probe(100)
    for (const record of answered.a.wire.sent.splice(0)) answered.b.wire.deliver(record)
    for (const record of answered.b.wire.sent.splice(0)) answered.a.wire.deliver(record)
    answered.clock.advance(100)
    expect(answered.a.session.ended).toBe(false)
    const silent = pair({ keepAliveMs: 1000 })
    silent.a.session.probe(100)
    silent.clock.advance(100)
    expect(silent.a.session.ended).toBe(true)
  })

  it('writes what was sent before it is closed, and tells so once', async () => {
    const { a, b } = pair()
    a.session.send(text('last words'))
    a.session.close()
    a.session.close()
    a.session.send(text('too late'))
    await turn()
    for (const record of a.wire.sent) b.wire.deliver(record)
    expect(b.frames).toEqual(['last words'])
    expect(a.closes).toBe(1)
  })

  it('delivers nothing more to a handler that closed it in the middle of a record', async () => {
    const { a, b } = pair()
    const seen: string[] = []
    const push = b.frames.push.bind(b.frames)
    b.frames.push = (...frames) => {
      seen.push(...frames)
      b.session.close()
      return push(...frames)
    }
    for (const value of ['1', '2']) a.session.send(text(value))
    await turn()
    for (const record of a.wire.sent) b.wire.deliver(record)
    expect(seen).toEqual(['1'])
  })
})
