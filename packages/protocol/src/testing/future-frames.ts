import { decode, encode } from '@ipld/dag-cbor'
import { encodeFrame } from '../messages/codec.ts'
import type { Frame } from '../messages/types.ts'

/** A frame that a later version may write: of any kind, with any body. */
export function futureFrame(kind: string, body: object): Uint8Array {
  return encode([1, kind, body])
}

/** A frame with fields of a later version in its body, or in that of its message. */
export function withFutureFields(frame: Frame, inFrame: object, inMessage: object = {}): Uint8Array {
  const [, kind, body] = decode<[number, string, Record<string, unknown>]>(encodeFrame(frame))
  if (!Array.isArray(body.message)) return futureFrame(kind, { ...body, ...inFrame })
  const [type, content] = body.message
  return futureFrame(kind, { ...body, message: [type, { ...content, ...inMessage }], ...inFrame })
}
