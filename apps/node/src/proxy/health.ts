import { problemOf } from '../errors.ts'
import type { Upstream } from './upstream.ts'

/** Where it is asked whether a proxy is well. */
export const HEALTH_PATH = '/.well-known/sluice/health'

export interface HealthOptions {
  readonly upstream: Pick<Upstream, 'probe'>
  /** What of the server behind is asked for. */
  readonly probePath: string
  /** How the node stands with its chain. */
  readonly chain: () => string
  /** Milliseconds of a clock that only goes on. */
  readonly now: () => number
}

interface Probed {
  readonly at: number
  readonly result: Promise<{ readonly isWell: boolean; readonly said: object }>
}

/** What was asked is kept for so long, so that whoever asks for health puts no load on the server behind. */
const KEPT = 1_000

/** Answers whether a proxy can sell: 200 where the server behind answers, and the chain is seen; else 503. */
export function createHealth({ upstream, probePath, chain, now }: HealthOptions): () => Promise<Response> {
  let last: Probed | undefined
  const probe = async () => {
    const from = now()
    try {
      const status = await upstream.probe(probePath)
      return { isWell: status < 500, said: { status, milliseconds: Math.round(now() - from) } }
    } catch (thrown) {
      const code = (thrown as { readonly code?: unknown }).code
      return { isWell: false, said: { problem: typeof code === 'string' ? code : problemOf(thrown) } }
    }
  }
  return async () => {
    if (last === undefined || now() - last.at > KEPT) last = { at: now(), result: probe() }
    const { isWell, said } = await last.result
    const seen = chain()
    const isOk = isWell && seen === 'good'
    const body = { status: isOk ? 'ok' : 'failing', upstream: said, chain: seen }
    return Response.json(body, { status: isOk ? 200 : 503, headers: { 'Cache-Control': 'no-store' } })
  }
}
