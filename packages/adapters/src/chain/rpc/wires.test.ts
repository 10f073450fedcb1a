import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { kindOf } from './failures.ts'
import { socketWire } from './wires.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A server that takes connections, and says nothing on them. */
async function startMute() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {}).resume()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, server }
}

const question = { method: 'eth_chainId' }

describe('a WebSocket that never opens', () => {
  it('fails as an endpoint that does not answer, and the next question opens another', async () => {
    const { url, sockets } = await startMute()
    const wire = socketWire(url, { openMs: 20 })
    for (let tries = 1; tries <= 3; tries++) {
      const [outcome] = await wire.ask([question])
      expect(outcome !== undefined && 'error' in outcome && kindOf(outcome.error)).toBe('silent')
      expect(sockets.size).toBeGreaterThanOrEqual(tries)
    }
    await wire.close()
  })

  it('is let go of', async () => {
    const { url, server, sockets } = await startMute()
    const wire = socketWire(url, { openMs: 20 })
    const asked = wire.ask([question])
    await once(server, 'connection')
    await asked
    await wire.close()
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close')
  })
})

describe('a WebSocket that nobody asked anything', () => {
  it.each(['close', 'reset'] as const)('is not opened by %s', async (end) => {
    const { url, sockets } = await startMute()
    const wire = socketWire(url, { openMs: 20 })
    await wire[end]()
    await wire.close()
    expect(sockets.size).toBe(0)
  })

  it('is not opened after it was closed', async () => {
    const { url, sockets } = await startMute()
    const wire = socketWire(url, { openMs: 20 })
    await wire.close()
    const [outcome] = await wire.ask([question])
    expect(outcome).toMatchObject({ error: expect.any(Error) })
    expect(sockets.size).toBe(0)
  })
})
