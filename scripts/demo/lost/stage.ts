import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { balanceOf, fund, type LocalChain, startChain } from '../chain.ts'
import type { Child, Children } from '../children.ts'
import type { Screen } from '../screen.ts'
import { type Daemon, type Line, runSluice, startDaemon, startSluice, textOf } from '../sluice.ts'

const CHAIN_ID = 314
const FUNDS = 100n * 10n ** 18n
/** Windows as short as the development profile takes, so that nobody has to wait for long. */
const QUICK = ['--channel-window', '8s', '--virtual-window', '6s']

/** Somebody with a key, a data folder and, at times, a process. */
export interface Actor {
  readonly name: string
  readonly address: string
  readonly data: string
  readonly before: bigint
}

/** A chain, a folder, and what is done there. */
export interface Stage {
  readonly screen: Screen
  readonly folder: string
  readonly chain: LocalChain
  readonly contract: string
  /** Somebody new with money. */
  readonly actor: (name: string) => Promise<Actor>
  readonly run: (actor: Actor, args: readonly string[]) => Promise<Line>
  /** Runs a command that has no data folder. */
  readonly plain: (args: readonly string[]) => Promise<Line>
  /** Starts a command that is ended from outside. */
  readonly start: (actor: Actor, args: readonly string[], onLine: (line: Line) => void) => Child
  /** Starts a daemon with short windows. */
  readonly daemon: (actor: Actor, args: readonly string[]) => Promise<Daemon>
  /** Puts a copy of a data folder aside; the function returned puts it back. */
  readonly copy: (actor: Actor) => () => void
}

/** Starts a chain and puts the contract on it. */
export async function createStage(children: Children, screen: Screen, folder: string): Promise<Stage> {
  screen.step(`starting a local chain (id ${CHAIN_ID}, blocks of 1 s)`)
  const chain = await startChain(children, CHAIN_ID)
  const environment = {
    SLUICE_CHAIN: chain.url,
    SLUICE_PROFILE: 'development',
    SLUICE_PASSWORD: randomBytes(16).toString('hex'),
  }
  const run: Stage['run'] = ({ data }, args) => runSluice(children, { args: [...args, '--data', data], environment })
  const actor = async (name: string): Promise<Actor> => {
    const data = join(folder, name)
    mkdirSync(data, { recursive: true })
    const address = textOf(await run({ name, data, address: '', before: 0n }, ['keys', 'new']), 'address')
    await fund(chain, address, FUNDS)
    return { name, address, data, before: await balanceOf(chain, address) }
  }
  const contract = textOf(await run(await actor('deployer'), ['deploy']), 'contract')
  return {
    ...{ screen, folder, chain, contract, actor, run },
    plain: (args) => runSluice(children, { args, environment }),
    start: ({ data }, args, onLine) => startSluice(children, { args: [...args, '--data', data], environment, onLine }),
    daemon: ({ data }, args) => startDaemon(children, { args: [...args, ...QUICK, '--data', data], environment }),
    copy({ name, data }) {
      const aside = join(folder, `${name}-copy`)
      cpSync(data, aside, { recursive: true })
      return () => {
        rmSync(data, { recursive: true })
        cpSync(aside, data, { recursive: true })
      }
    },
  }
}

/** Stops a daemon in order, or as a power failure does. */
export async function end({ child }: Daemon, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  child.stop(signal)
  await child.ended
}

/** Opens a channel from somebody to a daemon. Returns its id. */
export async function openChannel({ run }: Stage, from: Actor, { ready }: Daemon, deposit: string): Promise<string> {
  const peer = ['--peer', textOf(ready, 'signer'), '--url', textOf(ready, 'peerUrl')]
  return textOf(await run(from, ['channel', 'open', ...peer, '--deposit', deposit]), 'channelId')
}

/** Waits until all channels of somebody are closed. */
export async function allClosed({ run }: Stage, actor: Actor): Promise<void> {
  for (const until = Date.now() + 180_000; ; ) {
    const { channels } = await run(actor, ['channel', 'list'])
    const open = (channels as readonly Line[]).filter(({ status }) => status !== 'closed')
    if (open.length === 0) return
    if (Date.now() > until) throw new Error(`${actor.name} still has ${JSON.stringify(open)}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Waits until something that is asked for again and again holds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 60_000; ; ) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
