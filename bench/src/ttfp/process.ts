import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { PartyCalls, PartyNews } from './calls.ts'

/** What goes to a party's process. */
export interface CallMessage {
  readonly id: number
  readonly method: keyof PartyCalls
  readonly parameters: readonly unknown[]
}

/** What comes from it. */
export type AnswerMessage =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly text: string }
  | { readonly type: 'news'; readonly news: PartyNews }

/** A party in a process of its own, asked over the process's channel. */
export interface PartyProcess {
  readonly calls: PartyCalls
  end(): Promise<void>
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

function ask(child: ChildProcess, onNews: (news: PartyNews) => void) {
  const waiting = new Map<number, Waiting>()
  let last = 0
  child.on('message', (message: AnswerMessage) => {
    if (message.type === 'news') {
      onNews(message.news)
      return
    }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'result') call?.resolve(message.value)
    else call?.reject(new Error(message.text))
  })
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a party's process ended with ${code}`))
  })
  return (method: keyof PartyCalls, parameters: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject })
      child.send({ id, method, parameters } satisfies CallMessage)
    })
}

/** Starts a party's process. */
export function startParty(onNews: (news: PartyNews) => void): PartyProcess {
  const path = fileURLToPath(new URL('./party.ts', import.meta.url))
  const child = fork(path, { serialization: 'advanced', execArgv: ['--disable-warning=ExperimentalWarning'] })
  const exited = once(child, 'exit')
  const call = ask(child, onNews)
  const calls = new Proxy({} as PartyCalls, {
    get:
      (_, method: keyof PartyCalls) =>
      (...parameters: readonly unknown[]) =>
        call(method, parameters),
  })
  return {
    calls,
    async end() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
