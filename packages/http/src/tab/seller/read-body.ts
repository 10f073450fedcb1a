import { TabError } from '../errors.ts'

/** A request's body, which may be empty. @throws TabError `CALL_BODY_OVERSIZE`. */
export async function readBody(request: Request, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('Content-Length') ?? 0)
  if (announced > max) throw new TabError('CALL_BODY_OVERSIZE', { max })
  if (request.body === null) return new Uint8Array(0)
  const pieces: Uint8Array[] = []
  let length = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > max) {
      await reader.cancel().catch(() => undefined)
      throw new TabError('CALL_BODY_OVERSIZE', { max })
    }
    pieces.push(value)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    body.set(piece, at)
    at += piece.length
  }
  return body
}
