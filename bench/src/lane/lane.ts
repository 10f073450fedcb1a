import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { systemRandom } from '@sluice/adapters/system'
import {
  acceptUpdate,
  bytesToHex,
  checkAuthor,
  checkOrder,
  createDigests,
  decodeFrame,
  draftOperation,
  emptyInLane,
  emptyOutLane,
  encodeFrame,
  type InLane,
  type LaneHashing,
  type LaneUpdate,
  makeNonce,
  NATIVE_TOKEN,
  type Operation,
  type OutLane,
  replay,
  type Signer,
  signDraft,
} from '@sluice/protocol'
import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'

/** Updates that are measured unless another number is asked for. */
const COUNT = 5_000
/** Locks that stand in the lane. */
const LOCKS = 256
const WARM_UP = 2_000

interface Scene {
  readonly hashing: LaneHashing
  readonly payer: Signer
  readonly operations: readonly Operation[]
}

const name = { channelId: `0x${'c1'.repeat(32)}`, lane: 0 } as const
const address = (byte: number) => bytesToHex(new Uint8Array(20).fill(byte))

/** First the locks that stand, then an add and the fold of an older lock by turns. */
function operationsFor(hashing: LaneHashing, payer: Signer, count: number): Operation[] {
  const operations: Operation[] = []
  const ids: `0x${string}`[] = []
  const memo = { until: [2_000_000_000n], fees: [] }
  for (let i = 0; operations.length < LOCKS + count; i++) {
    const nonce = makeNonce(1_800_000_000n, systemRandom(4))
    const path = [payer.address, address(0xee)]
    const terms = { path, token: NATIVE_TOKEN, capacity: 1_000n, disputeWindow: 60, nonce }
    operations.push({ type: 'add', terms, memo })
    ids.push(hashing.digests.virtualId(terms))
    const oldest = ids[i - LOCKS]
    if (oldest !== undefined) operations.push({ type: 'fold', lockId: oldest, amount: 10n })
  }
  return operations
}

async function createScene(count: number): Promise<Scene> {
  const crypto = await createNodeCrypto()
  const digests = createDigests({ chainId: 314n, contract: address(0x5c) }, crypto)
  const hashing = { crypto, digests }
  const payer = crypto.signer(systemRandom(32))
  return { hashing, payer, operations: operationsFor(hashing, payer, count) }
}

/** Runs over all operations and gives milliseconds for the last `count`. */
function timeLast<T>(items: readonly T[], count: number, run: (item: T) => void): number {
  const first = items.slice(0, items.length - count)
  for (const item of first) run(item)
  const from = performance.now()
  for (const item of items.slice(items.length - count)) run(item)
  return performance.now() - from
}

function timeSigning({ hashing, payer, operations }: Scene, count: number): { ms: number; updates: LaneUpdate[] } {
  const updates: LaneUpdate[] = []
  let lane: OutLane = emptyOutLane
  const ms = timeLast(operations, count, (operation) => {
    const signed = signDraft(hashing, payer, name, draftOperation(hashing, lane, operation), 1_800_000_000n)
    if (signed === undefined) throw new Error('nothing was signed')
    lane = { ...signed.lane, updates: [] }
    updates.push(signed.update)
  })
  return { ms, updates }
}

function timeCodec(updates: readonly LaneUpdate[], count: number): number {
  let number = 0n
  return timeLast(updates, count, (update) => {
    decodeFrame(encodeFrame({ kind: 'data', number: ++number, message: { type: 'update', update } }))
  })
}

function timeAccepting({ hashing, payer }: Scene, updates: readonly LaneUpdate[], count: number): number {
  let lane: InLane = emptyInLane
  return timeLast(updates, count, (update) => {
    checkAuthor(hashing, name, payer.address, update)
    checkOrder(lane, update)
    lane = { ...acceptUpdate(lane, update, replay(hashing, lane.current, update), 1_800_000_000n), updates: [] }
  })
}

/** What no lane can be faster than: one bare signature, or one bare recovery, an update. */
function timeCurve({ hashing, payer }: Scene, count: number): { sign: number; recover: number } {
  const digests = Array.from({ length: count }, () => bytesToHex(systemRandom(32)))
  const from = performance.now()
  const signatures = digests.map((digest) => payer.sign(digest))
  const between = performance.now()
  digests.forEach((digest, i) => {
    hashing.crypto.recover(digest, signatures[i] ?? '0x')
  })
  return { sign: between - from, recover: performance.now() - between }
}

/** Measures what a lane's update costs its payer and its receiver, without disk and network, beside the bare signature. */
export async function runLane({ json, count = COUNT }: BenchOptions): Promise<object> {
  const scene = await createScene(count + WARM_UP)
  const perSecond = (ms: number): number => Math.round((count * 1000) / ms)
  timeCurve(scene, WARM_UP)
  const curve = timeCurve(scene, count)
  const { ms, updates } = timeSigning(scene, count)
  const result = {
    bench: 'lane',
    n: count,
    unit: 'updates/s',
    locks: LOCKS,
    sign: perSecond(ms),
    signLimit: perSecond(curve.sign),
    codec: perSecond(timeCodec(updates, count)),
    accept: perSecond(timeAccepting(scene, updates, count)),
    acceptLimit: perSecond(curve.recover),
    machine: describeMachine(),
  }
  if (!json) {
    console.log(`a lane with ${LOCKS} locks, one operation an update, one core, updates a second`)
    console.log(`  payer    ${result.sign}   (a bare signature ${result.signLimit})`)
    console.log(`  codec    ${result.codec}   encode and strictly decode`)
    console.log(`  receiver ${result.accept}   (a bare recovery ${result.acceptLimit})`)
  }
  return result
}
