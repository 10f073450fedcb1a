import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runSluice } from './command.ts'
import type { Scene } from './scene.ts'
import { type Usage, usageOf } from './usage.ts'

const execute = promisify(execFile)

/** One download. */
export interface Run {
  /** Megabytes a second. */
  readonly rate: number
  readonly usage: Readonly<Record<string, Usage | undefined>>
  readonly payments: number
}

/** What hashes a pipe fastest here. */
export async function hashCommand(): Promise<string> {
  return execute('openssl', ['version']).then(
    () => 'openssl sha256 -r',
    () => 'sha256sum',
  )
}

const cpuBetween = (before: Usage | undefined, after: Usage | undefined): Usage | undefined =>
  before && after && { cpu: after.cpu - before.cpu, memory: after.memory }

async function measure(
  { processes }: Scene,
  bytes: number,
  run: () => Promise<Pick<Run, 'usage' | 'payments'> & { readonly milliseconds?: number }>,
): Promise<Run> {
  const { provider, client } = processes
  const before = [usageOf(provider.child.pid), usageOf(client.child.pid)]
  const started = performance.now()
  const { usage, payments, milliseconds = performance.now() - started } = await run()
  return {
    rate: bytes / 1e3 / milliseconds,
    payments,
    usage: {
      ...usage,
      provider: cpuBetween(before[0], usageOf(provider.child.pid)),
      node: cpuBetween(before[1], usageOf(client.child.pid)),
    },
  }
}

/** By curl into a file, every byte hashed on the way. */
export function runCurl(scene: Scene, folder: string, cid: string, bytes: number, hash: string): Promise<Run> {
  const out = join(folder, 'curl.car')
  return measure(scene, bytes, async () => {
    const pipe = `curl -sSf '${scene.unpaidUrl}/ipfs/${cid}?format=car' | tee '${out}' | ${hash} > /dev/null`
    await execute('/bin/sh', ['-c', pipe])
    rmSync(out)
    return { usage: {}, payments: 0 }
  })
}

/** By `sluice get`. Time counts from the first request to the whole file, without the start of the process. */
export function runGet(scene: Scene, folder: string, url: string, bytes: number): Promise<Run> {
  const out = join(folder, 'got.car')
  const told = join(folder, 'usage.json')
  return measure(scene, bytes, async () => {
    const imports = [new URL('./tell-usage.ts', import.meta.url).href]
    const environment = { ...scene.environment, SLUICE_BENCH_USAGE: told }
    const got = await runSluice(['get', url, '--out', out, '--max', '9FIL'], environment, imports)
    rmSync(out)
    const usage = JSON.parse(readFileSync(told, 'utf8')) as Usage
    return { usage: { get: usage }, payments: Number(got.payments), milliseconds: Number(got.downloadMs) }
  })
}
