import {
  asObject,
  type JsonObject,
  MPP_REQUIRED,
  offerOfChallenge,
  PAYMENT_REFUSED,
  PAYMENT_REQUIRED,
  SCHEME,
} from '../dialects.ts'

/** What a server wants for a call of a tool, and by which dialect it says so. */
export type Demand =
  | {
      readonly dialect: 'x402'
      readonly offer: JsonObject
      readonly error: string | undefined
      readonly resource: unknown
    }
  | {
      readonly dialect: 'mpp'
      readonly offer: JsonObject
      readonly error: string | undefined
      readonly challenge: unknown
    }

/** A demand without an offer that can be taken. */
export const NOT_FOR_US = 'not for us'

/** What a result of a tool asks for, if it asks for a payment. */
export function demandInResult(result: unknown): Demand | typeof NOT_FOR_US | undefined {
  const { isError, structuredContent, content, _meta } = asObject(result) ?? {}
  const challenges = asObject(_meta)?.[MPP_REQUIRED]
  const byX402 = isError === true ? (asX402(structuredContent) ?? asX402(textIn(content))) : undefined
  if (byX402 === undefined && challenges === undefined) return undefined
  return byX402ofUs(byX402) ?? byMpp(challenges, undefined) ?? NOT_FOR_US
}

/** What an error of a call asks for, if it asks for a payment. */
export function demandInError(error: unknown): Demand | typeof NOT_FOR_US | undefined {
  const { code, data, message } = (error ?? {}) as { code?: unknown; data?: unknown; message?: unknown }
  if (code !== PAYMENT_REQUIRED && code !== PAYMENT_REFUSED && code !== 402) return undefined
  const byX402 = asX402(data)
  const isChallenge = Array.isArray(asObject(data)?.challenges)
  if (byX402 === undefined && !isChallenge) return undefined
  const told = code === PAYMENT_REFUSED && typeof message === 'string' ? message : undefined
  return byX402ofUs(byX402) ?? byMpp(data, told) ?? NOT_FOR_US
}

function asX402(value: unknown): JsonObject | undefined {
  const fields = asObject(value)
  return fields !== undefined && Array.isArray(fields.accepts) ? fields : undefined
}

function byX402ofUs(required: JsonObject | undefined): Demand | undefined {
  const accepts = required?.accepts as readonly unknown[] | undefined
  const offer = accepts?.map(asObject).find((one) => one?.scheme === SCHEME)
  if (required === undefined || offer === undefined) return undefined
  const error = typeof required.error === 'string' ? required.error : undefined
  return { dialect: 'x402', offer, error, resource: required.resource }
}

function byMpp(data: unknown, error: string | undefined): Demand | undefined {
  const { challenges } = asObject(data) ?? {}
  if (!Array.isArray(challenges)) return undefined
  for (const challenge of challenges) {
    const offer = offerOfChallenge(challenge)
    if (offer !== undefined) return { dialect: 'mpp', offer, error, challenge }
  }
  return undefined
}

/** The JSON in the first text of a result. */
function textIn(content: unknown): unknown {
  const [first] = Array.isArray(content) ? content : []
  const { type, text } = asObject(first) ?? {}
  if (type !== 'text' || typeof text !== 'string' || text.length > 65_536) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
