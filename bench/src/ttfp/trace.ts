import type { Session, Store, Transport, TransportHandler } from '@sluice/engine'
import type { Address } from '@sluice/protocol'

/** Something that happened in a process of the measurement. Times in milliseconds of the machine's monotonic clock, which its processes share. */
export type TraceEvent =
  | { readonly type: 'commit'; readonly from: number; readonly to: number }
  | { readonly type: 'sent' | 'received'; readonly peer: Address; readonly at: number; readonly bytes: number }

/** Now, by the clock that all processes of a machine share. */
export const monotonicNow = (): number => Number(process.hrtime.bigint()) / 1e6

/** Writes down how long each commit takes. */
export function traceStore(store: Store, trace: TraceEvent[]): Store {
  return {
    load: () => store.load(),
    close: () => store.close(),
    async commit(writes) {
      const from = monotonicNow()
      await store.commit(writes)
      trace.push({ type: 'commit', from, to: monotonicNow() })
    },
  }
}

function traceSession(session: Session, trace: TraceEvent[]): Session {
  return {
    peer: session.peer,
    get queued() {
      return session.queued
    },
    send(frame) {
      trace.push({ type: 'sent', peer: session.peer, at: monotonicNow(), bytes: frame.length })
      session.send(frame)
    },
    close: () => session.close(),
  }
}

/** Writes down every frame that leaves or arrives. */
export function traceTransport(transport: Transport, trace: TraceEvent[]): Transport {
  const known = new WeakMap<Session, Session>()
  const traced = (session: Session): Session => {
    const before = known.get(session)
    if (before !== undefined) return before
    const made = traceSession(session, trace)
    known.set(session, made)
    return made
  }
  const handlerOf = (handler: TransportHandler): TransportHandler => ({
    opened: (session) => handler.opened(traced(session)),
    closed: (session) => handler.closed(traced(session)),
    frame(session, frame) {
      trace.push({ type: 'received', peer: session.peer, at: monotonicNow(), bytes: frame.length })
      handler.frame(traced(session), frame)
    },
  })
  return {
    start: (handler) => transport.start(handlerOf(handler)),
    connect: async (peer, url) => traced(await transport.connect(peer, url)),
    stop: () => transport.stop(),
  }
}
