import type { SluiceError } from '@sluice/protocol'
import { type Json, jsonLine, toJson } from '../json.ts'

/** Where a command writes. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Writes bytes where answers go; resolves once there is room for more, with whether anybody still reads. */
  readonly bytes: (piece: Uint8Array) => Promise<boolean>
  /** Whether errors and progress are shown on a terminal. */
  readonly errIsTerminal: boolean
  readonly columns: number
}

/** What a command prints: lines for people, or JSON, one object a line. */
export interface Output {
  readonly json: boolean
  readonly streams: Streams
  /** The answer of a command. */
  result(value: unknown, text: string): void
  /** What happens on the way; to people on stderr, in JSON as a line of its own with `type`. */
  event(type: string, values: Readonly<Record<string, unknown>>, text: string): void
}

/** An output for people or, with `json`, for programs. */
export function createOutput(streams: Streams, json: boolean): Output {
  return {
    json,
    streams,
    result: (value, text) => streams.out(json ? `${jsonLine(value)}\n` : text === '' ? '' : `${text}\n`),
    event: (type, values, text) =>
      json ? streams.out(`${jsonLine({ type, ...values })}\n`) : streams.err(text === '' ? '' : `${text}\n`),
  }
}

/** An error as programs get it. */
export function errorJson(error: SluiceError): Json {
  const { code, message, action, details } = error
  return toJson({ error: { code, message, action, details } })
}

/** Prints an error: one line for people on stderr, or one JSON object on stdout. */
export function tellError(streams: Streams, json: boolean, error: SluiceError): void {
  if (json) streams.out(`${JSON.stringify(errorJson(error))}\n`)
  else streams.err(`sluice: ${oneLine(error.message)}. ${oneLine(error.action)} [${error.code}]\n`)
}

function oneLine(text: string): string {
  // Newlines and terminal controls of a peer's text must not reach the terminal.
  return text.replace(/\p{Cc}+/gu, ' ').trim()
}
