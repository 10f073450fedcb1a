import { NodeError, problemOf } from '../errors.ts'

/** A page of another origin, as a browser would name it. */
const ORIGIN = 'https://page.example'
/** What our client and x402's send from pages. */
const ASKED = 'payment-signature, access-control-expose-headers, content-type, idempotency-key'

/** An answer as it was seen. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  /** At most some KiB of it. */
  readonly text: string
}

/** What a seller answers to those who ask without paying. */
export interface Facts {
  readonly url: string
  readonly method: string
  readonly preflight: Seen
  readonly unpaid: Seen
  /** The same as from a page. */
  readonly fromPage: Seen
  readonly head: Seen
  /** The document of what is sold. */
  readonly document: Seen
}

const LONGEST = 64 * 1024

/** Asks a seller as browsers, x402's clients and ours do, and pays nothing. @throws NodeError SERVER_SILENT */
export async function probeSeller(url: string, method: string, timeout: number, signal: AbortSignal): Promise<Facts> {
  const ask = async (target: string, init: RequestInit): Promise<Seen> => {
    const late = AbortSignal.timeout(timeout)
    try {
      const all = AbortSignal.any([signal, late])
      const response = await fetch(target, { redirect: 'manual', ...init, signal: all })
      return { status: response.status, headers: response.headers, text: await beginningOf(response) }
    } catch (thrown) {
      if (signal.aborted) throw thrown
      const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
      const problem = late.aborted ? `nothing came for ${timeout} ms` : problemOf(cause)
      throw new NodeError('SERVER_SILENT', { url: target, problem }, thrown)
    }
  }
  const preflight = {
    Origin: ORIGIN,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': ASKED,
  }
  return {
    url,
    method,
    preflight: await ask(url, { method: 'OPTIONS', headers: preflight }),
    unpaid: await ask(url, { method }),
    fromPage: await ask(url, { method, headers: { Origin: ORIGIN } }),
    head: await ask(url, { method: 'HEAD' }),
    document: await ask(new URL('/.well-known/sluice', url).href, {}),
  }
}

async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > LONGEST) break
  }
  return text
}
