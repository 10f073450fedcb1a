import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createGate, type Handler, jsonReply, type Payee, type Resource } from '@sluice/http'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { goods, NANO } from './goods.ts'

function resourceOf(file: string, type: string): Resource {
  const bytes = readFileSync(new URL(`goods/${file}`, import.meta.url))
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
  const read = async function* (start: number, end: number) {
    yield bytes.subarray(start, end)
  }
  return { key: file, etag, length: bytes.length, type, read }
}

/** Sells each of the goods at its path, for its own price. */
export function createShop(payee: Payee): Handler {
  const counters = goods.map(({ file, type, price }): [string, Handler] => {
    const resource = resourceOf(file, type)
    const perWhole = { amount: price * NANO, per: BigInt(resource.length) }
    const gate = createGate({ payee, price: perWhole, asset: NATIVE_TOKEN, window: 1024 })
    return [`/${file}`, (request) => gate.serve(request, resource)]
  })
  const sell = new Map(counters)
  return async (request) => {
    const handler = sell.get(new URL(request.url).pathname)
    return handler === undefined ? jsonReply(404, { message: 'this is not sold here' }) : handler(request)
  }
}
