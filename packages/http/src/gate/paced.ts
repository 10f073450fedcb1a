import { HttpError } from '../errors.ts'
import type { ByteRange } from '../headers/range.ts'
import type { Admission } from '../ports.ts'
import { within } from '../timers.ts'
import type { GateState } from './gate-state.ts'
import type { Meter } from './meter.ts'
import type { Resource } from './resource.ts'

/** The bytes of a range, never further than a window ahead of what is paid for. */
export async function* paced(
  state: GateState,
  meter: Meter,
  admission: Admission,
  resource: Resource,
  range: ByteRange,
  gone: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // Once more, now that the body begins: requests that were let in side by side share one credit.
  state.unpaid.check(admission.payer, meter)
  const live = meter.begin(admission)
  const signal = AbortSignal.any([live.signal, gone])
  let start = range.start
  try {
    for await (const chunk of resource.read(range.start, range.end, signal)) {
      const end = start + chunk.length
      for (let from = start; from < end; from = start) {
        if (from >= meter.allowed) await payment(state, meter, from, signal)
        signal.throwIfAborted()
        start = Math.min(end, meter.allowed)
        meter.served({ start: from, end: start })
        yield chunk.subarray(chunk.length - (end - from), chunk.length - (end - start))
      }
    }
  } finally {
    meter.end(live)
  }
}

async function payment(state: GateState, meter: Meter, offset: number, signal: AbortSignal): Promise<void> {
  const late = () => new HttpError('PAYMENT_TIMEOUT', { milliseconds: state.timeout, offset })
  await within(state.timers, state.timeout, late, [signal], (limit) => meter.waitFor(offset, limit))
}
