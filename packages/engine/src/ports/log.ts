/** Structured log: a short event name and its values. Never given a key or a signature. */
export interface Log {
  debug(event: string, values?: Readonly<Record<string, unknown>>): void
  info(event: string, values?: Readonly<Record<string, unknown>>): void
  warn(event: string, values?: Readonly<Record<string, unknown>>): void
  error(event: string, values?: Readonly<Record<string, unknown>>): void
}

/** Keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
