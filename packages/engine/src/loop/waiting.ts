/** What an API call's function returns while it can't be answered: run again when a topic (a record's key, or any text given to `wake`) changes. */
export class Waiting {
  /** In a sentence: who or what is waited for. */
  readonly reason: string
  readonly topics: readonly string[]

  constructor(reason: string, ...topics: readonly string[]) {
    this.reason = reason
    this.topics = topics
  }
}

/** Whether a call's outcome is that it waits. */
export function isWaiting(outcome: unknown): outcome is Waiting {
  return outcome instanceof Waiting
}
