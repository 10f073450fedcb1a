import assert from 'node:assert/strict'
import type { Address } from '@sluice/protocol'
import type { Session, Transport, TransportHandler } from '../../ports/transport.ts'
import type { ConformanceCase } from './case.ts'

/** A transport under test, not yet started. */
export interface TransportUnderTest {
  readonly transport: Transport
  readonly address: Address
  /** Where it listens, once it is started. */
  url(): string
}

/** What the suite needs of a kind of transport. */
export interface TransportHarness {
  /** A transport of a signer of its own, listening at a url of its own. The suite stops it. */
  create(): Promise<TransportUnderTest>
  /** A url at which nobody listens. */
  readonly deadUrl: string
  /** Waits until the condition holds: by letting simulated time pass, or by looking again from time to time. Rejects if it never does. */
  until(condition: () => boolean): Promise<void>
  /** Waits for a promise, letting simulated time pass if time is simulated. */
  finish<T>(promise: Promise<T>): Promise<T>
}

/** Writes down what a transport tells. */
class Recorder implements TransportHandler {
  readonly opens: Session[] = []
  readonly closes: Session[] = []
  readonly frames: Uint8Array[] = []
  opened(session: Session): void {
    this.opens.push(session)
  }
  frame(session: Session, frame: Uint8Array): void {
    assert.ok(this.opens.includes(session), 'a frame comes after its session opened')
    assert.ok(!this.closes.includes(session), 'no frame comes after its session closed')
    this.frames.push(frame)
  }
  closed(session: Session): void {
    assert.ok(!this.closes.includes(session), 'a session closes once')
    this.closes.push(session)
  }
}

interface Node extends TransportUnderTest {
  readonly told: Recorder
}

async function withNodes(harness: TransportHarness, run: (a: Node, b: Node) => Promise<void>): Promise<void> {
  const nodes: Node[] = []
  const add = async (): Promise<Node> => {
    const made = await harness.create()
    const node: Node = { ...made, told: new Recorder() }
    nodes.push(node)
    await harness.finish(made.transport.start(node.told))
    return node
  }
  try {
    await run(await add(), await add())
  } finally {
    for (const { transport } of nodes) await harness.finish(transport.stop())
  }
}

/** A session between the two, as both ends see it. */
async function join(harness: TransportHarness, a: Node, b: Node): Promise<readonly [Session, Session]> {
  const count = b.told.opens.length
  const near = await harness.finish(a.transport.connect(b.address, b.url()))
  await harness.until(() => b.told.opens.length > count)
  const far = b.told.opens[count]
  assert.ok(far !== undefined)
  return [near, far]
}

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255)

/** What every transport does. */
export const transportConformance: readonly ConformanceCase<TransportHarness>[] = [
  {
    name: 'opens a session whose ends know each other, before connect resolves',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const session = await harness.finish(a.transport.connect(b.address, b.url()))
        assert.deepEqual(a.told.opens, [session])
        assert.equal(session.peer, b.address)
        await harness.until(() => b.told.opens.length === 1)
        assert.equal(b.told.opens[0]?.peer, a.address)
      }),
  },
  {
    name: 'carries frames whole and in order, both ways, of all sizes',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const [near, far] = await join(harness, a, b)
        const sizes = [1, 2, 100, 125, 126, 127, 65_535, 65_536, 256 * 1024]
        for (const [i, size] of sizes.entries()) {
          near.send(bytes(size, i))
          far.send(bytes(size, i + 100))
        }
        await harness.until(() => a.told.frames.length === sizes.length && b.told.frames.length === sizes.length)
        for (const [i, size] of sizes.entries()) {
          assert.deepEqual(Uint8Array.from(b.told.frames[i] ?? []), bytes(size, i))
          assert.deepEqual(Uint8Array.from(a.told.frames[i] ?? []), bytes(size, i + 100))
        }
      }),
  },
  {
    name: 'keeps the order of a burst',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const [near] = await join(harness, a, b)
        for (let i = 0; i < 2000; i++) near.send(Uint8Array.of(i & 255, i >> 8))
        await harness.until(() => b.told.frames.length === 2000)
        assert.ok(b.told.frames.every((frame, i) => frame[0] === (i & 255) && frame[1] === i >> 8))
      }),
  },
  {
    name: 'does not send what the sender changes afterwards',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const [near] = await join(harness, a, b)
        const frame = Uint8Array.of(1, 2, 3)
        near.send(frame)
        frame.fill(9)
        await harness.until(() => b.told.frames.length === 1)
        assert.deepEqual([...(b.told.frames[0] ?? [])], [1, 2, 3])
      }),
  },
  {
    name: 'refuses to connect where another signer answers',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const stranger: Address = '0x00000000000000000000000000000000deadbeef'
        await assert.rejects(harness.finish(a.transport.connect(stranger, b.url())))
        assert.deepEqual(a.told.opens, [])
        assert.deepEqual(b.told.frames, [])
      }),
  },
  {
    name: 'refuses to connect where nobody answers',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        await assert.rejects(harness.finish(a.transport.connect(b.address, harness.deadUrl)))
        assert.deepEqual(a.told.opens, [])
      }),
  },
  {
    name: 'ends a session at both ends, once, and takes sends and closes after that',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        const [near, far] = await join(harness, a, b)
        far.close()
        far.close()
        await harness.until(() => a.told.closes.length === 1 && b.told.closes.length === 1)
        near.send(Uint8Array.of(1))
        far.send(Uint8Array.of(1))
        near.close()
        const [again, there] = await join(harness, a, b)
        again.send(Uint8Array.of(5))
        await harness.until(() => b.told.frames.length === 1)
        assert.deepEqual([...(b.told.frames[0] ?? [])], [5])
        assert.deepEqual([a.told.closes, b.told.closes], [[near], [far]])
        assert.notEqual(there, far)
      }),
  },
  {
    name: 'ends all sessions when it stops, and lets the other end know',
    run: (harness) =>
      withNodes(harness, async (a, b) => {
        await join(harness, a, b)
        await harness.finish(b.transport.stop())
        await harness.until(() => a.told.closes.length === 1)
        await assert.rejects(harness.finish(a.transport.connect(b.address, b.url())))
      }),
  },
]
