/** One transaction at a time is signed and sent, so that account nonces have no gaps and no doubles. */
export class Sender {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the task once all earlier ones are over, however they ended. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const outcome = this.#last.then(task)
    this.#last = outcome.catch(() => {})
    return outcome
  }
}
