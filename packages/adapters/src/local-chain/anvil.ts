import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

export interface AnvilOptions {
  /** Default 314. */
  readonly chainId?: number
  /** Seconds between blocks; without it each transaction makes one. */
  readonly blockTime?: number
  /** Default 0: any free one. */
  readonly port?: number
  /** A file that the state is loaded from at start and written to at the end. */
  readonly state?: string
}

/** A local chain in a process of its own. */
export interface Anvil {
  readonly url: string
  readonly port: number
  readonly chainId: bigint
  /** Asks its RPC, for what only a local chain can do. */
  rpc<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
  mine(blocks?: number): Promise<void>
  /** Ends it; with `state` it writes its state first. */
  stop(): Promise<void>
}

/** The binary inside its npm platform package: its launcher needs an install script that npm may not run. */
export function anvilBinary(): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const launcher = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
  const manifest = createRequire(launcher).resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/package.json`)
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('anvil has no output')
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    const port = /^Listening on .*:(\d+)$/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error(`anvil did not start: ${said.join('\n')}`)
}

let requests = 0

async function ask<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: ++requests, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** Starts anvil from npm and waits until it answers. With one slot an epoch, `finalized` lies two blocks behind the head. */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { chainId = 314, blockTime, port: wanted = 0, state } = options
  const args = ['--host', '127.0.0.1', '--port', `${wanted}`, '--chain-id', `${chainId}`, '--slots-in-an-epoch', '1']
  if (blockTime !== undefined) args.push('--block-time', `${blockTime}`)
  if (state !== undefined) args.push('--state', state)
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  // Nothing is left running by a program that ends without stopping it.
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const port = await portOf(child)
  child.stdout?.resume()
  const url = `http://127.0.0.1:${port}`
  const rpc = <T>(method: string, ...params: readonly unknown[]): Promise<T> => ask<T>(url, method, params)
  return {
    url,
    port,
    chainId: BigInt(chainId),
    rpc,
    async mine(blocks = 1) {
      await rpc('anvil_mine', `0x${blocks.toString(16)}`)
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
      process.off('exit', kill)
    },
  }
}
