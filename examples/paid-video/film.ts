import { readFileSync } from 'node:fs'
import { createGate, type Handler, jsonReply, type Payee, type Resource, serveFree } from '@sluice/http'
import { NATIVE_TOKEN } from '@sluice/protocol'

/** Base units for a kilobyte: one nanoFIL. */
export const PRICE = { amount: 10n ** 9n, per: 1000n }

/** By this a segment begins in a WebM file: its id in 4 bytes, and the mark before its length in 7. */
const CLUSTER = Buffer.from('1f43b67501', 'hex')

/** A film's segments, each of which plays from its beginning. */
function findSegments(film: Buffer): readonly Buffer[] {
  const segments: Buffer[] = []
  for (let at = film.indexOf(CLUSTER); film.indexOf(CLUSTER, at) === at; ) {
    const segment = film.subarray(at, at + 12 + Number(film.readBigUInt64BE(at + 4) & 0xff_ffff_ffff_ffffn))
    segments.push(segment)
    at += segment.length
  }
  return segments
}

/** A segment's time in seconds: its first element, E7, holds milliseconds. */
const timeOf = (segment: Buffer): number => segment.readUIntBE(14, segment.readUInt8(13) & 0x7f) / 1000

function resourceOf(key: string, type: string, bytes: Buffer): Resource {
  const read = async function* (start: number, end: number) {
    yield bytes.subarray(start, end)
  }
  return { key, etag: '"1"', length: bytes.length, type, read }
}

/** Sells each segment under `/film/<number>`. When each begins, and the film's head without a picture in it, are free. */
export function createFilm(payee: Payee): Handler {
  const film = readFileSync(new URL('film.webm', import.meta.url))
  const type = 'video/webm; codecs="vp8"'
  const segments = findSegments(film)
  const head = resourceOf('head', type, film.subarray(0, film.indexOf(CLUSTER)))
  const paid = segments.map((segment, number) => resourceOf(`${number}`, type, segment))
  const gate = createGate({ payee, price: PRICE, asset: NATIVE_TOKEN, window: 2048 })
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/film/index') return jsonReply(200, { type, times: segments.map(timeOf) })
    if (pathname === '/film/head') return serveFree(request, head)
    const segment = paid.find(({ key }) => pathname === `/film/${key}`)
    return segment === undefined ? jsonReply(404, { message: 'this is not sold' }) : gate.serve(request, segment)
  }
}
