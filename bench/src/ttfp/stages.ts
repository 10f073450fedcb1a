import type { Address } from '@sluice/protocol'
import type { LimitSizes } from './calls.ts'
import type { TraceEvent } from './trace.ts'

/** What happened at each of the three, in the order of time. */
export interface Traces {
  readonly payer: readonly TraceEvent[]
  readonly hub: readonly TraceEvent[]
  readonly payee: readonly TraceEvent[]
}

/** The signers of the three. */
export interface Names {
  readonly payer: Address
  readonly hub: Address
  readonly payee: Address
}

/** Where the time of one opening went, milliseconds. In the order of the way. */
export interface Stages {
  readonly payerWorks: number
  readonly payerCommits: number
  readonly payerSends: number
  readonly wireToHub: number
  readonly hubWorks: number
  readonly hubCommits: number
  readonly hubSends: number
  readonly wireToPayee: number
  readonly payeeWorks: number
  readonly payeeCommits: number
  readonly payeeTells: number
}

type Commit = TraceEvent & { readonly type: 'commit' }
type Frame = TraceEvent & { readonly type: 'sent' | 'received' }

function firstCommit(trace: readonly TraceEvent[], after: number): Commit | undefined {
  return trace.find((event): event is Commit => event.type === 'commit' && event.from >= after)
}

/** Acknowledgements are far smaller than what an opening sends. */
const SMALLEST_BYTES = 200

function firstFrame(
  trace: readonly TraceEvent[],
  type: Frame['type'],
  peer: Address,
  after: number,
): Frame | undefined {
  return trace.find(
    (event): event is Frame =>
      event.type === type && event.peer === peer && event.at >= after && event.bytes >= SMALLEST_BYTES,
  )
}

function lastCommit(trace: readonly TraceEvent[], before: number): Commit | undefined {
  return trace.findLast((event): event is Commit => event.type === 'commit' && event.to <= before)
}

/** The stations of an opening that began and ended then. Undefined where other traffic stood in between. */
export function stations(traces: Traces, names: Names, from: number, to: number) {
  const payerCommit = firstCommit(traces.payer, from)
  const sent = payerCommit && firstFrame(traces.payer, 'sent', names.hub, payerCommit.to)
  const direct = payerCommit && firstFrame(traces.payer, 'sent', names.payee, payerCommit.to)
  const atHub = sent && firstFrame(traces.hub, 'received', names.payer, sent.at)
  const hubCommit = atHub && firstCommit(traces.hub, atHub.at)
  const passed = hubCommit && firstFrame(traces.hub, 'sent', names.payee, hubCommit.to)
  const atPayee = passed && firstFrame(traces.payee, 'received', names.hub, passed.at)
  const payeeCommit = lastCommit(traces.payee, to)
  if (!direct || !atPayee || payeeCommit === undefined || payeeCommit.from < atPayee.at) return undefined
  return { payerCommit, sent, direct, atHub, hubCommit, passed, atPayee, payeeCommit }
}

/** Where the time of one opening went. */
export function stagesOf(traces: Traces, names: Names, from: number, to: number): Stages | undefined {
  const way = stations(traces, names, from, to)
  if (way === undefined) return undefined
  const { payerCommit, sent, atHub, hubCommit, passed, atPayee, payeeCommit } = way
  return {
    payerWorks: payerCommit.from - from,
    payerCommits: payerCommit.to - payerCommit.from,
    payerSends: sent.at - payerCommit.to,
    wireToHub: atHub.at - sent.at,
    hubWorks: hubCommit.from - atHub.at,
    hubCommits: hubCommit.to - hubCommit.from,
    hubSends: passed.at - hubCommit.to,
    wireToPayee: atPayee.at - passed.at,
    payeeWorks: payeeCommit.from - atPayee.at,
    payeeCommits: payeeCommit.to - payeeCommit.from,
    payeeTells: to - payeeCommit.to,
  }
}

/** How many bytes the frames of an opening have. */
export function sizesOf(traces: Traces, names: Names, from: number, to: number): LimitSizes | undefined {
  const way = stations(traces, names, from, to)
  return way && { toHub: way.sent.bytes, toPayee: way.passed.bytes, direct: way.direct.bytes }
}
