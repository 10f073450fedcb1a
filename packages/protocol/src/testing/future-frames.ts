import { decodeCbor, encodeCbor } from '../codec/cbor.ts'
import type { Cbor } from '../codec/field.ts'
import { encodeFrame } from '../messages/codec.ts'
import type { Frame } from '../messages/types.ts'

/** A frame that a later version may write: of any kind, with any body. */
export function futureFrame(kind: string, body: object): Uint8Array {
  return encodeCbor([1, kind, body as Readonly<Record<string, Cbor>>])
}

/** A frame with fields of a later version in its body, or in that of its message. */
export function withFutureFields(frame: Frame, inFrame: object, inMessage: object = {}): Uint8Array {
  const [, kind, body] = decodeCbor(encodeFrame(frame)) as [number, string, Record<string, unknown>]
  if (!Array.isArray(body.message)) return futureFrame(kind, { ...body, ...inFrame })
  const [type, content] = body.message
  return futureFrame(kind, { ...body, message: [type, { ...content, ...inMessage }], ...inFrame })
}
