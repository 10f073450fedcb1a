import { type TransportHarness, transportConformance } from '@sluice/engine/testing'
import { describe, it } from 'vitest'
import { createWebSocketTransport } from './node.ts'
import { createParty } from './testing/party.ts'

const harness: TransportHarness = {
  async create() {
    const party = createParty()
    const transport = createWebSocketTransport({ ...party, listen: { host: '127.0.0.1', port: 0 } })
    return { transport, address: party.signer.address, url: () => `ws://127.0.0.1:${transport.listening?.port}` }
  },
  // The discard port: nothing listens there, and no other program is given it.
  deadUrl: 'ws://127.0.0.1:9',
  async until(condition) {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve))
  },
  finish: (promise) => promise,
}

describe('a WebSocket transport', () => {
  for (const { name, run } of transportConformance) it(name, () => run(harness))
})
