import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type NodeError, problemOf } from '../errors.ts'
import type { Upstream } from './upstream.ts'

/** Answers a connection that wanted another protocol by an error, and ends it. */
export function refuseUpgrade(socket: Duplex, status: number, error: NodeError | undefined): void {
  socket.on('error', () => socket.destroy())
  const body =
    error === undefined ? '' : JSON.stringify({ code: error.code, message: error.message, action: error.action })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** The head of an answer as it came. */
function headOf({ statusCode = 502, statusMessage = '', rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`]
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Lets a client and the server behind speak with each other, as a WebSocket does; each end ends the other. */
export function tunnel(upstream: Upstream, incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const asking = upstream.upgrade(incoming)
  socket.on('error', () => asking.destroy()).on('close', () => asking.destroy())
  asking.on('upgrade', (answer, behind, first) => {
    socket.write(headOf(answer))
    if (first.length > 0) socket.write(first)
    if (head.length > 0) behind.write(head)
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('error', () => behind.destroy()).on('close', () => behind.destroy())
    behind.pipe(socket).pipe(behind)
  })
  // Refused there: the answer is handed on, and the connection ends with it.
  asking.on('response', (answer) => {
    const isChunked = answer.headers['transfer-encoding'] !== undefined
    delete answer.headers['transfer-encoding']
    socket.write(
      isChunked ? `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nConnection: close\r\n\r\n` : headOf(answer),
    )
    answer.pipe(socket)
  })
  asking.on('error', (problem) => {
    if (!socket.writable) return
    const said = JSON.stringify({ code: 'UPSTREAM_UNREACHABLE', message: problemOf(problem) })
    socket.end(`HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${said}`)
  })
  asking.end()
}
