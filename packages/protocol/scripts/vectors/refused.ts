import { encode } from '@ipld/dag-cbor'
import type { ProtocolErrorCode } from '../../src/error-codes.ts'
import { ProtocolError } from '../../src/errors.ts'
import { decodeMessage } from '../../src/messages/codec.ts'
import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '../../src/primitives/bytes.ts'
import type { Id } from '../../src/primitives/hex.ts'

interface Refused {
  readonly why: string
  readonly bytes: string
  readonly code: ProtocolErrorCode
}

function refusalOf(bytes: Uint8Array): ProtocolErrorCode {
  try {
    decodeMessage(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  throw new Error(`${bytesToHex(bytes)} is a message`)
}

/** A map in the order given, which the encoder would not keep. */
function rawMap(...entries: readonly (readonly [key: string, value: Uint8Array])[]): Uint8Array {
  const parts = entries.flatMap(([key, value]) => [Uint8Array.of(0x60 + key.length), asciiToBytes(key), value])
  return concatBytes(Uint8Array.of(0xa0 + entries.length), ...parts)
}

const envelope = (type: string, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0x83, 0x01, 0x60 + type.length), asciiToBytes(type), body)

/** One message, spoilt in every way that counts. */
export function refusedCases(id: Id): readonly Refused[] {
  const channelId = hexToBytes(id, 32)
  const good = encode([1, 'accepted', { channelId, lane: 0, seq: new Uint8Array(8) }])
  const accepted = (fields: object): Uint8Array =>
    encode([1, 'accepted', { channelId, lane: 0, seq: new Uint8Array(8), ...fields }])
  const field = (value: unknown): Uint8Array => encode(value)
  const spoilt: Readonly<Record<string, Uint8Array>> = {
    'no bytes': new Uint8Array(),
    'cut short': good.subarray(0, -1),
    'a byte behind': concatBytes(good, Uint8Array.of(0)),
    'version 0': encode([0, 'accepted', {}]),
    'version 2': encode([2, 'accepted', {}]),
    'no envelope': encode({ channelId }),
    'envelope of two': encode([1, 'accepted']),
    'unknown type': encode([1, 'accept', {}]),
    "a frame's kind": encode([1, 'ack', { number: new Uint8Array(8) }]),
    'unknown field': accepted({ more: 1 }),
    'field whose name says that it may be ignored, in what is signed': encode([
      1,
      'withdrawAnswer',
      {
        withdrawal: { channelId, party: 0, total: new Uint8Array(16), deadline: new Uint8Array(8), _more: 1 },
        answer: ['refused', { code: 'WHY' }],
      },
    ]),
    'field to be ignored that holds null': accepted({ _more: null }),
    'field to be ignored that holds a fraction': accepted({ _more: [0.5] }),
    'field to be ignored that holds a negative number': accepted({ _more: -1 }),
    'field to be ignored that holds 2^32': accepted({ _more: 2 ** 32 }),
    'field to be ignored that holds a text of other characters': accepted({ _more: 'é' }),
    'field to be ignored that holds nine lists within one another': accepted({ _more: [[[[[[[[[]]]]]]]]] }),
    'name of a capital behind the underscore': accepted({ _More: 1 }),
    'name of 33 characters behind the underscore': accepted({ [`_${'a'.repeat(32)}`]: 1 }),
    'field to be ignored out of order': envelope('agree', rawMap(['channelId', field(channelId)], ['_more', field(1)])),
    'field to be ignored with its own keys in no order': envelope(
      'agree',
      rawMap(['_more', rawMap(['b', field(1)], ['a', field(1)])], ['channelId', field(channelId)]),
    ),
    'message alone whose type says that it may be ignored': encode([1, '_more', {}]),
    'missing field': encode([1, 'accepted', { channelId, lane: 0 }]),
    'id of 31 bytes': accepted({ channelId: channelId.subarray(1) }),
    'id as text': accepted({ channelId: id }),
    'lane 2': accepted({ lane: 2 }),
    'lane as bytes': accepted({ lane: Uint8Array.of(0) }),
    'seq as an integer': accepted({ seq: 1 }),
    'seq of 7 bytes': accepted({ seq: new Uint8Array(7) }),
    'seq of 9 bytes': accepted({ seq: new Uint8Array(9) }),
    'null for a field': accepted({ seq: null }),
    'body as a list': encode([1, 'accepted', [channelId, 0, new Uint8Array(8)]]),
    'keys by their letters, not by length first': envelope(
      'accepted',
      rawMap(['channelId', field(channelId)], ['lane', field(0)], ['seq', field(new Uint8Array(8))]),
    ),
    'keys in no order': envelope(
      'accepted',
      rawMap(['lane', field(0)], ['seq', field(new Uint8Array(8))], ['channelId', field(channelId)]),
    ),
    'a key twice': envelope(
      'accepted',
      rawMap(
        ['seq', field(new Uint8Array(8))],
        ['lane', field(0)],
        ['lane', field(0)],
        ['channelId', field(channelId)],
      ),
    ),
    'lane in two bytes': envelope(
      'accepted',
      rawMap(['seq', field(new Uint8Array(8))], ['lane', Uint8Array.of(0x18, 0)], ['channelId', field(channelId)]),
    ),
    'lane as a float': envelope(
      'accepted',
      rawMap(['seq', field(new Uint8Array(8))], ['lane', field(0.5).fill(0, 1)], ['channelId', field(channelId)]),
    ),
    'code in small letters': encode([1, 'reject', { channelId, code: 'why', text: '' }]),
    'text with a line break': encode([1, 'reject', { channelId, code: 'WHY', text: 'a\nb' }]),
    'text of 257 characters': encode([1, 'reject', { channelId, code: 'WHY', text: 'x'.repeat(257) }]),
  }
  return Object.entries(spoilt).map(([why, bytes]) => ({ why, bytes: bytesToHex(bytes), code: refusalOf(bytes) }))
}
