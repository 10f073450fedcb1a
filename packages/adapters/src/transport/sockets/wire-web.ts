import type { Wire, WireHandler } from './wire.ts'

const nobody: WireHandler = { message: () => {}, closed: () => {} }

/** An open WebSocket of the platform as a wire. A text message ends it: the protocol has none. */
export function createWebWire(socket: WebSocket, messageBytes: number): Wire {
  let handler = nobody
  let over = false
  let resolveGone: () => void = () => {}
  const gone = new Promise<void>((resolve) => {
    resolveGone = resolve
  })
  const finish = (): void => {
    if (over) return
    over = true
    handler.closed()
    resolveGone()
  }
  const end = (): void => {
    socket.close()
    finish()
  }
  socket.binaryType = 'arraybuffer'
  socket.onclose = finish
  socket.onmessage = ({ data }) => {
    if (over) return
    if (!(data instanceof ArrayBuffer) || data.byteLength > messageBytes) end()
    else handler.message(new Uint8Array(data))
  }
  return {
    gone,
    listen(next) {
      handler = next
    },
    get queued() {
      return socket.bufferedAmount
    },
    send(bytes) {
      if (!over && socket.readyState === socket.OPEN) socket.send(Uint8Array.from(bytes))
    },
    close: end,
    destroy: end,
  }
}
