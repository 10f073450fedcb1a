/** Time and timers; injected, so that a simulation owns them. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls back once after that many milliseconds, unless cancelled by the function returned. */
  after(milliseconds: number, callback: () => void): () => void
}
