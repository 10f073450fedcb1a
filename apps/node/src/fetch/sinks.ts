import { createWriteStream } from 'node:fs'
import type { Output } from '../cli/output.ts'
import { NodeError, problemOf } from '../errors.ts'
import type { Sink } from './buy.ts'

/** A sink that is closed in the end. */
export interface OpenSink extends Sink {
  readonly close: () => Promise<void>
  /** Bytes written. */
  readonly length: () => number
  readonly status: () => number
}

/**
 * Where an answer goes: into a file, to standard output as it is, or with `--json` as lines of it.
 *
 * @param shows Whether the head of the answer is shown too, on standard error.
 */
export function createSink(output: Output, file: string | undefined, shows: boolean): OpenSink {
  const put = file === undefined ? (output.json ? jsonLines(output) : rawBytes(output)) : intoFile(file)
  let length = 0
  let status = 0
  return {
    begin(response) {
      status = response.status
      if (shows) output.event('head', headOf(response), headText(response))
    },
    async write(piece) {
      length += piece.length
      return put.write(piece)
    },
    close: put.close,
    length: () => length,
    status: () => status,
  }
}

type Target = Pick<OpenSink, 'write' | 'close'>

function headOf({ status, headers }: Response) {
  return { status, headers: Object.fromEntries(headers) }
}

function headText({ status, headers }: Response): string {
  return [`HTTP ${status}`, ...[...headers].map(([name, value]) => `${name}: ${value}`), ''].join('\n')
}

function rawBytes({ streams }: Output): Target {
  return { write: streams.bytes, close: async () => {} }
}

/** Text as text, as far as it is; bytes that are none in base64. */
function jsonLines(output: Output): Target {
  let decoder: InstanceType<typeof TextDecoder> | undefined = new TextDecoder('utf-8', { fatal: true })
  const tell = (piece: Uint8Array | undefined): void => {
    try {
      const text = decoder?.decode(piece, { stream: piece !== undefined })
      if (text !== undefined) {
        if (text !== '') output.event('body', { text }, '')
        return
      }
    } catch {
      decoder = undefined
    }
    if (piece !== undefined) output.event('body', { base64: Buffer.from(piece).toString('base64') }, '')
  }
  return {
    write: async (piece) => {
      tell(piece)
      return true
    },
    close: async () => tell(undefined),
  }
}

function intoFile(path: string): Target {
  const file = createWriteStream(path)
  let failure: Error | undefined
  file.on('error', (problem) => {
    failure ??= problem
  })
  const fail = () => new NodeError('FILE_UNWRITABLE', { path, problem: problemOf(failure) }, failure)
  const done = (run: (settle: (problem?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      run((problem) => {
        failure ??= problem ?? undefined
        if (failure === undefined) resolve()
        else reject(fail())
      })
    })
  return {
    write: async (piece) => {
      await done((settle) => file.write(piece, settle))
      return true
    },
    close: () => (failure === undefined ? done((settle) => file.end(settle)) : Promise.resolve()),
  }
}
