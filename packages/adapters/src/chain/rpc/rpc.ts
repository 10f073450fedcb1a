import { type Client, createClient, custom, type Transport } from 'viem'
import { Patience, type PatienceOptions } from './patience.ts'
import { Together } from './together.ts'
import { httpWire, type Question, socketWire } from './wires.ts'

/** A chain's RPC, by viem. */
export interface Rpc {
  readonly url: string
  readonly client: Client<Transport, undefined, undefined>
  /** Lets go of a connection that does not answer: the next question opens another. */
  reset(): Promise<void>
  /** Whatever was asked and not answered fails. */
  close(): Promise<void>
}

/** Waits that end at once, and with an error, when all is over. */
function waiting(): { readonly wait: (milliseconds: number) => Promise<void>; readonly end: () => void } {
  const ends = new Set<() => void>()
  let isOver = false
  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error('the connection was closed'))
      if (isOver) return fail()
      const timer = setTimeout(() => {
        ends.delete(end)
        resolve()
      }, milliseconds)
      const end = (): void => {
        clearTimeout(timer)
        fail()
      }
      ends.add(end)
    })
  const end = (): void => {
    isOver = true
    for (const one of ends) one()
    ends.clear()
  }
  return { wait, end }
}

/** A client that asks by a function. viem itself asks nothing again: whoever answers does. */
export function clientOf(ask: (question: Question) => Promise<unknown>): Rpc['client'] {
  return createClient({ transport: custom({ request: ask }, { retryCount: 0 }), cacheTime: 0 })
}

/**
 * Speaks JSON-RPC over HTTP or a WebSocket, as the address says.
 *
 * @param time How it waits where an endpoint asks for patience. Default: the machine's time, until the connection is closed.
 */
export function openRpc(url: string, time?: PatienceOptions): Rpc {
  const wire = /^wss?:/.test(url) ? socketWire(url) : httpWire(url)
  const { wait, end } = waiting()
  const together = new Together(wire, new Patience(time ?? { now: Date.now, wait }))
  return {
    url,
    client: clientOf((question) => together.ask(question)),
    reset: () => wire.reset(),
    async close() {
      end()
      await wire.close()
    },
  }
}
