import type { Clock } from '@sluice/engine'
import { kindOf } from '../rpc/failures.ts'
import type { Rpc } from '../rpc/rpc.ts'
import type { Question } from '../rpc/wires.ts'

/** How long one is waited for before others are asked, or done with what they said. Milliseconds. */
const PATIENCE_MS = 3_000

/** Puts a question to several endpoints, so that one that is silent holds up no answer of another. */
export class Panel {
  readonly #order: () => readonly Rpc[]
  readonly #clock: Clock

  /** @param order Those to ask, the best first. */
  constructor(order: () => readonly Rpc[], clock: Clock) {
    this.#order = order
    this.#clock = clock
  }

  /** The first answer that will do: the next is asked where one fails, has none that will, or says nothing for a while. */
  first(question: Question, willDo: (answer: unknown) => boolean = () => true): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const left = [...this.#order()]
      const failures: unknown[] = []
      const answers: unknown[] = []
      let [asked, isLate, isOver] = [0, false, false]
      let cancel = (): void => {}
      const end = (settle: () => void): void => {
        isOver = true
        cancel()
        settle()
      }
      // Who says nothing while others do is not waited for.
      const look = (): void => {
        if (isOver || left.length > 0) return
        const isAll = answers.length + failures.length === asked
        if (answers.length > 0 && (isAll || isLate)) end(() => resolve(answers[0]))
        else if (isAll || (isLate && failures.some(isRefusal))) end(() => reject(failureOf(failures)))
      }
      const next = (): void => {
        cancel()
        const rpc = left.shift()
        if (rpc === undefined) {
          isLate = true
          look()
          return
        }
        asked += 1
        cancel = this.#clock.after(PATIENCE_MS, next)
        ask(rpc, question).then(take, fail)
      }
      const goOn = (): void => {
        if (!isOver && left.length > 0) next()
        else look()
      }
      const take = (answer: unknown): void => {
        answers.push(answer)
        if (!isOver && willDo(answer)) end(() => resolve(answer))
        else goOn()
      }
      const fail = (failure: unknown): void => {
        failures.push(failure)
        goOn()
      }
      if (left.length > 0) next()
      else look()
    })
  }

  /** Asks all of these at once. The first answer; or what one refuses, where no other answers in time. */
  any(question: Question, rpcs: readonly Rpc[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const failures: unknown[] = []
      let isLate = false
      const look = (): void => {
        if (failures.length < rpcs.length && !(isLate && failures.some(isRefusal))) return
        cancel()
        reject(failureOf(failures))
      }
      const cancel = this.#clock.after(PATIENCE_MS, () => {
        isLate = true
        look()
      })
      for (const rpc of rpcs) {
        ask(rpc, question).then(
          (answer) => {
            cancel()
            resolve(answer)
          },
          (failure) => {
            failures.push(failure)
            look()
          },
        )
      }
    })
  }

  /**
   * The answers of all, the best one's first; one at least, or it rejects.
   *
   * @param until `soon`: those that come in time, once there is one. `settled`: of all that answer or fail, however long it takes.
   */
  all(question: Question, until: 'soon' | 'settled' = 'soon'): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const rpcs = this.#order()
      const answers = new Map<Rpc, unknown>()
      const failures: unknown[] = []
      let isLate = false
      const end = (): void => {
        cancel()
        if (answers.size === 0) reject(failureOf(failures))
        else resolve(rpcs.filter((rpc) => answers.has(rpc)).map((rpc) => answers.get(rpc)))
      }
      const look = (): void => {
        if (answers.size + failures.length === rpcs.length || (isLate && answers.size > 0)) end()
      }
      const cancel =
        until === 'settled'
          ? () => {}
          : this.#clock.after(PATIENCE_MS, () => {
              isLate = true
              look()
            })
      for (const rpc of rpcs) {
        ask(rpc, question)
          .then(
            (answer) => void answers.set(rpc, answer),
            (failure) => void failures.push(failure),
          )
          .then(look)
      }
      look()
    })
  }
}

const ask = ({ client }: Rpc, { method, params }: Question): Promise<unknown> =>
  client.request({ method, params } as never)

const isRefusal = (failure: unknown): boolean => kindOf(failure) === 'refused'

/** Of failures, what endpoints say before that they do not answer. */
function failureOf(failures: readonly unknown[]): unknown {
  return failures.find(isRefusal) ?? failures[0] ?? new Error('no endpoint answers')
}
