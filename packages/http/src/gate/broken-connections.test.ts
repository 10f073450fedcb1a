import type { RequestListener, ServerResponse } from 'node:http'
import { NATIVE_TOKEN } from '@sluice/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fetchPaid } from '../fetch/fetch-paid.ts'
import { coveredBy, owedFor, windowAfter } from '../headers/price.ts'
import { toNodeHandler } from '../node/node-handler.ts'
import { bytesResource, patternBytes } from '../testing/bytes-resource.ts'
import { memoryPayments } from '../testing/memory-payments.ts'
import { serving } from '../testing/serving.ts'
import { memoryBindings } from './bindings.ts'
import { createGate } from './gate.ts'

/** What may happen to one connection: it breaks after so many bytes, and the provider may have restarted before the next. */
const trouble = fc.record({ after: fc.nat(30_000), isRestart: fc.boolean() })

const world = fc.record({
  length: fc.integer({ min: 1, max: 60_000 }),
  window: fc.integer({ min: 100, max: 20_000 }),
  piece: fc.integer({ min: 1, max: 9_000 }),
  /** The client can only judge whole blocks. */
  block: fc.integer({ min: 1, max: 100 }),
  price: fc.record({ amount: fc.bigInt(1n, 1000n), per: fc.bigInt(1n, 1000n) }),
  troubles: fc.array(trouble, { maxLength: 6 }),
})

function cutAfter(outgoing: ServerResponse, bytes: number): void {
  let left = bytes
  const write = outgoing.write.bind(outgoing)
  outgoing.write = ((chunk: Uint8Array) => {
    if (left < 0) return true
    const part = chunk.subarray(0, left)
    left -= chunk.length
    return left >= 0 ? write(part) : write(part, () => outgoing.destroy())
  }) as ServerResponse['write']
}

it('whatever connections break, all bytes come, each is paid once, and none beyond the window', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ length, window, piece, block, price, troubles }) => {
      const bytes = patternBytes(length)
      const payments = memoryPayments()
      const resource = bytesResource(bytes, piece)
      const repeats = { windows: 20, share: 1 }
      const options = { payee: payments.payee, price, asset: NATIVE_TOKEN, window, bindings: memoryBindings(), repeats }
      let gate = createGate(options)
      const left = [...troubles]
      const listener: RequestListener = (incoming, outgoing) => {
        const next = incoming.headers['payment-signature'] === undefined ? undefined : left.shift()
        if (next !== undefined) cutAfter(outgoing, next.after)
        if (next?.isRestart === true) gate = createGate(options)
        toNodeHandler((request) => gate.serve(request, resource))(incoming, outgoing)
      }
      await using server = await serving(listener)
      const response = await fetchPaid(server.origin, {
        payer: payments.payer,
        limits: { maxAmount: 1n << 60n, tokens: [NATIVE_TOKEN] },
        resume: { attempts: 10, delay: () => 0 },
      })
      const got: Uint8Array[] = []
      let received = 0
      for await (const part of response.body) {
        got.push(part)
        received += part.length
        const judged = received === length ? length : received - (received % block)
        const paidFor = coveredBy(price, payments.accepted(response.virtualId ?? '0x'))
        expect(received).toBeLessThanOrEqual(paidFor + windowAfter(window, paidFor))
        response.accept(judged)
      }
      await response.settled()
      expect(Buffer.concat(got).equals(bytes)).toBe(true)
      expect(payments.opened.length).toBe(1)
      expect(response.paid).toBe(owedFor(price, length))
      expect(payments.accepted(response.virtualId ?? '0x')).toBe(owedFor(price, length))
    }),
    { numRuns: 60 },
  )
}, 30_000)
