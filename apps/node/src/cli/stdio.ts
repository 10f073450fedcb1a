import type { Writable } from 'node:stream'
import type { Streams } from './output.ts'

/** An output of a process. */
export type OutputStream = Pick<Writable, 'write' | 'on' | 'once' | 'off'> & {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** The two outputs of a process, and what became of what was printed. */
export interface Stdio {
  readonly streams: Streams
  /** Why not all of the answer could be written; undefined if it could, or if its reader left by itself, as `head` does. */
  readonly problem: () => Error | undefined
}

/** Columns of what is no terminal. */
const COLUMNS = 80

/**
 * Writes to the outputs of a process. What is under way goes on when nobody reads any more or the disk is full: a download is worth more
 * than its report, and a hub more than its log. Nothing more is printed then.
 */
export function createStdio(stdout: OutputStream, stderr: OutputStream): Stdio {
  let failure: Error | undefined
  let isLost = false
  stdout.on('error', (error: Error & { readonly code?: string }) => {
    isLost = true
    if (error.code !== 'EPIPE') failure ??= error
  })
  stderr.on('error', () => {})
  return {
    streams: {
      out: (text) => {
        if (!isLost) stdout.write(text)
      },
      err: (text) => {
        stderr.write(text)
      },
      bytes: (piece) => {
        if (isLost) return Promise.resolve(false)
        return new Promise((resolve) => {
          const settle = () => {
            stdout.off('error', settle)
            resolve(!isLost)
          }
          // Whoever left will read nothing more.
          stdout.once('error', settle)
          stdout.write(piece, settle)
        })
      },
      errIsTerminal: stderr.isTTY === true,
      columns: stderr.columns ?? COLUMNS,
    },
    problem: () => failure,
  }
}
