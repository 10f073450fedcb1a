import type { WebSocket } from 'ws'
import type { Delay } from './delay.ts'
import type { Wire, WireHandler } from './wire.ts'

/** How long the other end may take to answer that it saw the end. */
const CLOSE_MS = 1_000

const nobody: WireHandler = { message: () => {}, closed: () => {} }

function asBytes(data: unknown): Uint8Array | undefined {
  return data instanceof Uint8Array ? data : undefined
}

/** An open WebSocket of the package `ws` as a wire. A text message ends it: the protocol has none. */
export function createWsWire(socket: WebSocket, delay?: Delay): Wire {
  let handler = nobody
  let over = false
  let delayed = 0
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => {
      over = true
      handler.closed()
      resolve()
    })
  })
  socket.on('message', (data, isBinary) => {
    const bytes = isBinary ? asBytes(data) : undefined
    if (over) return
    if (bytes === undefined) socket.terminate()
    else handler.message(bytes)
  })
  // 'close' follows every error.
  socket.on('error', () => {})

  const write = (bytes: Uint8Array): void => {
    if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true, compress: false })
  }
  const end = (): void => {
    socket.close(1000)
    setTimeout(() => socket.terminate(), CLOSE_MS).unref()
  }
  return {
    gone,
    listen(next) {
      handler = next
    },
    get queued() {
      return socket.bufferedAmount + delayed
    },
    send(bytes) {
      if (delay === undefined) return write(bytes)
      delayed += bytes.length
      delay(() => {
        delayed -= bytes.length
        write(bytes)
      })
    },
    close: () => (delay === undefined ? end() : delay(end)),
    destroy: () => socket.terminate(),
  }
}
