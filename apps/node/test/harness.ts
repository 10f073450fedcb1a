import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** What a process says, one JSON object a line. */
export type Line = Readonly<Record<string, unknown>>

/** A process of the test. */
export interface Running {
  readonly pid: number
  /** The first line for which `matches` holds, also of those said before; rejects when the process ends without it. */
  readonly line: (matches: (line: Line) => boolean) => Promise<Line>
  readonly ended: Promise<Ended>
  /** What it wrote on standard error so far: its log. */
  readonly said: () => string
  readonly signal: (signal: NodeJS.Signals) => void
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly lines: readonly Line[]
  readonly stderr: string
}

/** A daemon that said it is ready. */
export interface Daemon extends Running {
  readonly ready: Line
}

/** A local chain, a deployed contract, and a folder; and the processes that a test starts there. */
export interface World {
  readonly folder: string
  readonly chainUrl: string
  readonly contract: string
  /** A party with a funded key; its name is its data folder's. */
  readonly party: (name: string) => Promise<Party>
  /** Many parties with funded keys, without a process for each. */
  readonly parties: (name: string, count: number) => Promise<readonly Party[]>
  /** What the environment of a party's processes holds. */
  readonly environment: (party: Party) => Readonly<Record<string, string>>
  readonly chain: <T>(method: string, params: readonly unknown[]) => Promise<T>
  readonly balance: (account: string) => Promise<bigint>
  /** Runs a `sluice` command of a party to its end. */
  readonly run: (party: Party, ...args: readonly string[]) => Promise<Ended>
  /** The same, and expects it to go well: its last line. */
  readonly ok: (party: Party, ...args: readonly string[]) => Promise<Line>
  readonly start: (party: Party, ...args: readonly string[]) => Running
  readonly daemon: (party: Party, ...args: readonly string[]) => Promise<Daemon>
  /** Stops everything and asserts that no process and no port is left. */
  readonly end: () => Promise<void>
}

export interface Party {
  readonly name: string
  readonly data: string
  readonly key: string
  readonly address: string
  /** What more the environment holds. */
  readonly environment: Readonly<Record<string, string>>
}

const FUNDS = 1000n * 10n ** 18n

export interface WorldOptions {
  /** What is changed of the development profile's limits, for every party. */
  readonly limits?: Readonly<Record<string, number>>
  /** Seconds between blocks. Default 0.25. */
  readonly blockTime?: number
}

/** Limits by which whoever does not follow is given up on soon: for tests in which somebody is gone. */
export const impatient = { followTimeout: 2, closeTimeout: 3, countersignTimeout: 3 }

/** Starts a chain with fast blocks and deploys the contract. */
export async function createWorld({ limits = {}, blockTime = 0.25 }: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const limitsFile = join(folder, 'limits.json')
  writeFileSync(limitsFile, JSON.stringify(limits))
  const processes: Running[] = []
  const ports = new Set<number>()
  const keep = <R extends Running>(running: R): R => {
    processes.push(running)
    return running
  }
  const anvil = keep(await startAnvil(blockTime))
  const chainUrl = `http://127.0.0.1:${anvil.port}`
  ports.add(anvil.port)
  const chain = <T>(method: string, params: readonly unknown[]) => callChain<T>(chainUrl, method, params)

  const environmentOf = (party: Party, contract: string | undefined) => ({
    SLUICE_CHAIN: chainUrl,
    SLUICE_PROFILE: 'development',
    SLUICE_LIMITS: limitsFile,
    SLUICE_DATA: party.data,
    SLUICE_KEY: party.key,
    ...(contract === undefined ? {} : { SLUICE_CONTRACT: contract }),
    ...party.environment,
  })
  const startAs = (contract: string | undefined, party: Party, args: readonly string[]) =>
    keep(spawnLines(process.execPath, [entry, ...args, '--json'], environmentOf(party, contract)))
  const party = async (name: string): Promise<Party> => {
    const data = join(folder, name)
    mkdirSync(data, { recursive: true })
    const key = generatePrivateKey()
    const address = privateKeyToAddress(key).toLowerCase()
    await chain('anvil_setBalance', [address, `0x${FUNDS.toString(16)}`])
    return { name, data, key, address, environment: {} }
  }
  const parties = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => party(`${name}-${index}`)))

  const deployed = await startAs(undefined, await party('deployer'), ['deploy']).ended
  // The hook that would end this world does not have it yet.
  if (deployed.code !== 0) await stop(anvil)
  expect(deployed.code, `the deployment: ${JSON.stringify(deployed.lines.at(-1))} ${deployed.stderr}`).toBe(0)
  const contract = String(deployed.lines.at(-1)?.contract)

  const start = (who: Party, ...args: readonly string[]) => startAs(contract, who, args)
  const run = (who: Party, ...args: readonly string[]) => start(who, ...args).ended
  return {
    folder,
    chainUrl,
    contract,
    party,
    parties,
    environment: (who) => environmentOf(who, contract),
    chain,
    balance: async (account) => BigInt(await chain<string>('eth_getBalance', [account, 'latest'])),
    start,
    run,
    ok: async (who, ...args) => {
      const ended = await run(who, ...args)
      expect(
        ended.code,
        `${who.name}: sluice ${args.join(' ')}: ${JSON.stringify(ended.lines.at(-1))} ${ended.stderr}`,
      ).toBe(0)
      return ended.lines.at(-1) ?? {}
    },
    daemon: async (who, ...args) => {
      const running = start(who, ...args)
      const ready = await running.line(({ type }) => type === 'ready')
      for (const port of portsOf(ready)) ports.add(port)
      return { ...running, ready }
    },
    end: async () => {
      await Promise.all(processes.slice(1).map(stop))
      await stop(anvil)
      for (const running of processes) expect(isAlive(running.pid), `process ${running.pid} is left`).toBe(false)
      for (const port of ports) expect(await isOpen(port), `port ${port} is left`).toBe(false)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function portsOf(ready: Line): readonly number[] {
  const urls = ['peerUrl', 'rpcUrl', 'httpUrl', 'unpaidUrl'].map((key) => ready[key])
  return urls.filter((url) => typeof url === 'string').map((url) => Number(new URL(url).port))
}

async function stop(running: Running): Promise<void> {
  running.signal('SIGTERM')
  // A daemon that hangs while it stops must fail the test, not hold it up.
  const impatient = setTimeout(() => running.signal('SIGKILL'), 15_000)
  await running.ended
  clearTimeout(impatient)
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Whether somebody listens at a port of the loopback. */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const answer = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}

interface Anvil extends Running {
  readonly port: number
}

async function startAnvil(blockTime: number): Promise<Anvil> {
  const packages = join(root, 'node_modules/@foundry-rs')
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const name = readdirSync(packages).find((candidate) => candidate === `anvil-${process.platform}-${cpu}`)
  expect(name, 'anvil for this platform').toBeDefined()
  const running = spawnLines(
    join(packages, name ?? '', 'bin/anvil'),
    [
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--chain-id',
      '314',
      '--block-time',
      `${blockTime}`,
      '--slots-in-an-epoch',
      '1',
    ],
    {},
  )
  const { text } = await running.line(({ text }) => String(text).includes('Listening on'))
  return { ...running, port: Number(String(text).split(':').at(-1)) }
}

function spawnLines(command: string, args: readonly string[], environment: Readonly<Record<string, string>>): Running {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(parseLine(text))
    for (const look of [...waiting]) look()
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = endOf(child, () => ({ lines, stderr }))
  const line = (matches: (line: Line) => boolean) =>
    new Promise<Line>((resolve, reject) => {
      const look = () => {
        const found = lines.find(matches)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
      const fail = () => reject(new Error(`${args.join(' ')} ended first: ${JSON.stringify(lines.at(-1))} ${stderr}`))
      void ended.then(fail)
    })
  return { pid: child.pid ?? -1, line, ended, said: () => stderr, signal: (signal) => child.kill(signal) }
}

function endOf(child: ChildProcess, said: () => Pick<Ended, 'lines' | 'stderr'>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...said() }))
  })
}

function parseLine(text: string): Line {
  try {
    return JSON.parse(text)
  } catch {
    return { type: 'text', text }
  }
}

async function callChain<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = (await response.json()) as { result?: T; error?: { message: string } }
  expect(answer.error, `${method} on the chain`).toBeUndefined()
  return answer.result as T
}
