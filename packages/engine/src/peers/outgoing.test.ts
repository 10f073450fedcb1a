import { type Address, readRecords } from '@sluice/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Loop } from '../loop/loop.ts'
import { Collection } from '../records/collection.ts'
import { type OutboxRecord, outboxKey, outboxKind } from '../records/outbox.ts'
import { newPeer, type PeerRecord, peerKind } from '../records/peer.ts'
import { Disk } from '../testing/disk.ts'
import { Scheduler } from '../testing/scheduler.ts'
import { Outgoing } from './outgoing.ts'

const PEERS = [1, 2, 3].map((n): Address => `0x${`0${n}`.repeat(20)}`)
const [ANN = '0x', BEN = '0x'] = PEERS

/** Queues on a disk that outlives them. */
class Node {
  readonly scheduler = new Scheduler(0)
  readonly disk = new Disk(this.scheduler)
  #life = this.#start()

  #start() {
    const state = {
      peers: new Collection<Address, PeerRecord>(peerKind),
      outbox: new Collection<string, OutboxRecord>(outboxKind),
    }
    const store = this.disk.open()
    const loop: Loop = new Loop({
      store,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      participants: [state.peers, state.outbox],
      onBatch: () => {},
      beforeCommit: () => outgoing.sweep(),
      onCommit: () => {},
      onFatal: (error) => {
        throw error
      },
    })
    const outgoing: Outgoing = new Outgoing({
      state,
      clock: this.scheduler,
      afterCommit: (run) => loop.afterCommit(run),
      post: (run) => loop.post({ run }),
    })
    return { store, state, loop, outgoing }
  }

  /** Ends the process and starts another on the same disk. */
  async restart(): Promise<void> {
    this.#life.outgoing.stop()
    this.#life.loop.stop()
    this.#life = this.#start()
    const entries: [string, Uint8Array][] = []
    for await (const entry of this.#life.store.load()) entries.push([entry[0], entry[1]])
    const of = (prefix: string) => entries.filter(([key]) => key.startsWith(prefix))
    this.#life.state.peers.fill(readRecords(peerKind, of('peer/')))
    this.#life.state.outbox.fill(readRecords(outboxKind, of('outbox/')))
    this.#life.outgoing.start()
  }

  async send(peer: Address): Promise<void> {
    const { state, loop } = this.#life
    loop.post({
      run: () => {
        const record = state.peers.get(peer) ?? newPeer(peer)
        state.outbox.set(outboxKey(peer, record.next), { peer, number: record.next, frame: new Uint8Array() })
        state.peers.set(peer, { ...record, next: record.next + 1n })
      },
    })
    await this.scheduler.runFor(10)
  }

  get outgoing(): Outgoing {
    return this.#life.outgoing
  }

  numbersFrom(peer: Address, number: bigint): readonly bigint[] {
    return [...this.outgoing.keptFrom(peer, number)].map((record) => record.number)
  }

  get stored(): number {
    return this.#life.state.outbox.size
  }
}

describe('the messages to peers', () => {
  it('are kept, in order, until their peer has acknowledged them, whatever happens in between', async () => {
    const step = fc.record({
      what: fc.constantFrom('send', 'send', 'acknowledge', 'restart', 'wait'),
      peer: fc.nat(PEERS.length - 1),
      share: fc.nat(100),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const node = new Node()
        const model = PEERS.map(() => ({ sent: 0, acknowledged: 0 }))
        for (const { what, peer, share } of steps) {
          const expected = model[peer] ?? { sent: 0, acknowledged: 0 }
          const address = PEERS[peer] ?? ANN
          if (what === 'send') {
            await node.send(address)
            expected.sent += 1
          }
          if (what === 'acknowledge') {
            const number = Math.floor((share * expected.sent) / 100)
            node.outgoing.acknowledge(address, BigInt(number))
            expected.acknowledged = Math.max(expected.acknowledged, number)
          }
          if (what === 'wait' || what === 'restart') await node.scheduler.runFor(2_000)
          if (what === 'restart') await node.restart()
          for (const [i, { sent, acknowledged }] of model.entries()) {
            const of = PEERS[i] ?? ANN
            expect(node.outgoing.acknowledged(of)).toBe(BigInt(acknowledged))
            expect(node.outgoing.pending(of)).toBe(sent - acknowledged)
            const kept = Array.from({ length: sent - acknowledged }, (_, n) => BigInt(acknowledged + 1 + n))
            expect(node.numbersFrom(of, BigInt(acknowledged + 1))).toEqual(kept)
          }
        }
        await node.scheduler.runFor(2_000)
        expect(node.stored).toBe(model.reduce((sum, { sent, acknowledged }) => sum + sent - acknowledged, 0))
      }),
      { numRuns: 60 },
    )
  })

  it('leave the disk with the next commit for anybody, or with one of their own after a while', async () => {
    const node = new Node()
    await node.send(ANN)
    await node.send(ANN)
    node.outgoing.acknowledge(ANN, 1n)
    expect(node.stored).toBe(2)
    await node.send(BEN)
    expect(node.stored).toBe(2)
    expect(node.numbersFrom(ANN, 1n)).toEqual([])
    node.outgoing.acknowledge(ANN, 2n)
    const { commits } = node.disk
    await node.scheduler.runFor(2_000)
    expect(node.stored).toBe(1)
    expect(node.disk.commits).toBe(commits + 1)
  })

  it('leave nothing in memory of a peer to whom nothing was said', async () => {
    const node = new Node()
    for (const peer of PEERS) node.outgoing.acknowledge(peer, 0n)
    expect(node.outgoing.known).toBe(0)
    await node.send(ANN)
    node.outgoing.acknowledge(ANN, 1n)
    expect(node.outgoing.known).toBe(1)
  })

  it('are counted by what is on disk after a crash that forgot an acknowledgement', async () => {
    const node = new Node()
    await node.send(ANN)
    await node.send(ANN)
    node.outgoing.acknowledge(ANN, 2n)
    await node.restart()
    expect(node.outgoing.acknowledged(ANN)).toBe(0n)
    expect(node.numbersFrom(ANN, 1n)).toEqual([1n, 2n])
    node.outgoing.acknowledge(ANN, 2n)
    await node.scheduler.runFor(2_000)
    expect(node.stored).toBe(0)
  })
})
