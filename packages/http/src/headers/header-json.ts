import { HttpError } from '../errors.ts'
import { asObject, type Fields } from './fields.ts'

/** Most characters of a payment header: servers commonly refuse 16 KiB of headers in total. */
export const MAX_HEADER = 8192

/** JSON in base64, as x402 puts it into a header. */
export function encodeHeader(value: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/**
 * The JSON object in a header.
 *
 * @throws HttpError `HEADER_OVERSIZE`, `HEADER_MALFORMED`.
 */
export function decodeHeader(header: string, text: string): Fields {
  if (text.length > MAX_HEADER) throw new HttpError('HEADER_OVERSIZE', { header, got: text.length, max: MAX_HEADER })
  // atob also takes white space and missing padding.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new HttpError('HEADER_MALFORMED', { header })
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    return asObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), header)
  } catch (cause) {
    throw new HttpError('HEADER_MALFORMED', { header }, cause)
  }
}
