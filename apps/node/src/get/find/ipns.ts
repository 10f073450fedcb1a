import { fetchPaid } from '@sluice/http'
import type { Address } from '@sluice/protocol'
import { parseCid, parseIpnsName, parseRoot } from '@sluice/retrieval'
import { MAX_RECORD, readIpnsRecord } from '@sluice/retrieval/node'
import type { Context } from '../../cli/command.ts'
import { NodeError, problemOf } from '../../errors.ts'
import type { NodeApi } from '../../rpc/methods.ts'
import { createPurse } from '../payer.ts'
import { tellLeft } from './providers.ts'
import { type NamedTarget, type Target, targetOf } from './target.ts'

/** How a record is asked and paid for. */
export interface LookUpOptions {
  /** Most to pay for a record, base units. */
  readonly max: bigint
  readonly token: Address
  readonly allowPrivate: boolean
  readonly feesMax: bigint | undefined
  /** How long anybody may say nothing, milliseconds. */
  readonly timeout: number
  /** Does something with the node that pays. */
  readonly withNode: <T>(use: (node: NodeApi) => Promise<T>) => Promise<T>
}

/** Names that stand for names, at most. */
const MAX_HOPS = 8

/**
 * Looks up what an IPNS name stands for: by the record that its owner signed, from the first provider that has one that counts.
 *
 * @throws NodeError NAME_UNRESOLVED
 */
export async function lookUp(context: Context, named: NamedTarget, options: LookUpOptions): Promise<Target> {
  let name = named.name
  let path = named.query.path
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const value = await readValue(context, name, named.providers, options)
    const [, space, next = '', ...names] = value.split('/')
    path = [...names.filter((one) => one !== ''), ...path]
    if (space === 'ipfs') return targetOf(parseRoot(String(parseCid(next))), { ...named.query, path }, named.providers)
    if (space !== 'ipns') throw new NodeError('NAME_UNRESOLVED', { name, problem: 'it stands for no content' })
    name = next
  }
  throw new NodeError('NAME_UNRESOLVED', { name: named.name, problem: `it leads through more than ${MAX_HOPS} names` })
}

async function readValue(
  context: Context,
  name: string,
  providers: readonly string[],
  options: LookUpOptions,
): Promise<string> {
  const key = parseIpnsName(name)
  let problem = 'no provider answers'
  for (const provider of providers) {
    try {
      const record = readIpnsRecord(key, await recordAt(context, provider, name, options))
      if (record.validUntil > Date.now()) return record.value
      problem = 'its record is out of date'
    } catch (thrown) {
      if (context.signal.aborted) throw thrown
      problem = problemOf(thrown)
    }
    tellLeft(context, provider, problem)
  }
  throw new NodeError('NAME_UNRESOLVED', { name, problem })
}

async function recordAt(
  { signal, output }: Context,
  provider: string,
  name: string,
  options: LookUpOptions,
): Promise<Uint8Array> {
  const url = new URL(`/ipns/${name}?format=ipns-record`, provider).href
  const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)])
  const asked = await fetch(url, { redirect: 'manual', signal: limit })
  if (asked.status !== 402) {
    if (asked.status !== 200) throw new Error(`${provider} answers ${asked.status}`)
    return bounded(asked.body ?? new ReadableStream())
  }
  await asked.body?.cancel()
  const { token, max, allowPrivate, feesMax, timeout } = options
  return options.withNode(async (node) => {
    const now = () => performance.now()
    const { payer } = createPurse(node, await node.call('node.info', {}), {
      output,
      now,
      allowPrivate,
      feesMax,
      timeout,
    })
    const response = await fetchPaid(url, { payer, limits: { maxAmount: max, tokens: [token] }, signal: limit })
    try {
      const bytes = await bounded(response.body)
      // It is small: whatever it says, so much of it was asked for.
      response.accept(bytes.length)
      await response.settled()
      return bytes
    } finally {
      response.cancel()
      if (response.virtualId !== undefined) await payer.close(response.virtualId).catch(() => undefined)
    }
  })
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > MAX_RECORD) throw new Error(`the record has more than ${MAX_RECORD} bytes`)
    pieces.push(Uint8Array.from(piece))
  }
  return Buffer.concat(pieces)
}
