import { randomBytes } from 'node:crypto'
import { type AutomaticBackup, startAutomaticBackup } from '../backup/automatic.ts'
import type { Context } from '../cli/command.ts'
import type { Values } from '../cli/options.ts'
import { httpLimits } from '../config/descriptors.ts'
import type { daemonOptions } from '../config/options.ts'
import { deferred } from '../deferred.ts'
import { jsonLine } from '../json.ts'
import { removeEndpoint, writeEndpoint } from '../rpc/endpoint.ts'
import type { NodeInfo } from '../rpc/methods.ts'
import { startRpcServer } from '../rpc/server.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { startMetricsServer } from './metrics-server.ts'
import { type OpenNode, type OpenNodeOptions, openNode, type Role } from './open-node.ts'
import { createStopper, type Stopper } from './stopper.ts'

/** A call may wait for the chain, and a subscriber for news, milliseconds. */
const RPC_SILENT = 24 * 3_600_000

/** The values of a daemon's options. */
export type DaemonValues = Values<typeof daemonOptions>

/** What a kind of daemon adds to a plain node: it starts it, says how to stop it, and what the node shows of it. */
export type Extra = (node: OpenNode, stopper: Stopper) => Promise<Pick<NodeInfo, 'httpUrl' | 'unpaidUrl' | 'towerUrl'>>

/**
 * Runs a daemon until a signal or a failure that it can not go on after.
 * Once all listens it says so in a line on standard output: `ready {…}`, or with --json an object of type `ready`.
 */
export async function runDaemon(
  context: Context,
  values: DaemonValues,
  role: Role & Pick<OpenNodeOptions, 'guard'>,
  extra?: Extra,
): Promise<void> {
  const stopper = createStopper()
  const ending = new AbortController()
  const failed = deferred<never>()
  try {
    const node = await openNode(context, values, {
      ...role,
      listen: values.listen,
      trustedProxies: values.trustedProxy ?? [],
      onFatal: failed.reject,
    })
    stopper.add(node.stop)
    const rest = (await extra?.(node, stopper)) ?? {}
    const info = () => ({ ...node.info(), ...rest })
    const rpcUrl = await serveApi(node, values, info, stopper)
    if (values.untilStdinEnds) endWithStdin(ending, stopper)
    node.towers.start()
    tellReady(context, { ...info(), rpcUrl, pid: process.pid })
    await Promise.race([failed.promise, aborted(AbortSignal.any([context.signal, ending.signal]))])
    node.log.info('node.stopping')
    await coverLast(context, node)
  } finally {
    await stopper.stop()
  }
}

/** A tower gets so long for what changed last, milliseconds. A second signal ends the process at once. */
const LAST_HANDOVER = 10_000

/** Before it stops, a node hands over what its towers lack, and says what of its money nobody watches. */
async function coverLast({ output }: Context, { towers, log }: OpenNode): Promise<void> {
  const hired = towers.standings().length
  const uncovered = await towers.last(LAST_HANDOVER)
  if (uncovered.length === 0) return
  log.warn('towers.uncovered', { channels: uncovered, towers: hired })
  const start = 'start the node again within their dispute windows, or hire one: `sluice watchtower add`'
  const text = `${uncovered.length} channels by which this node was paid are watched by no watchtower: ${start}`
  output.event('uncovered', { channels: uncovered }, text)
}

async function serveApi(node: OpenNode, values: DaemonValues, info: () => NodeInfo, stopper: Stopper): Promise<string> {
  const { engine } = node
  const { channels, virtuals, defence } = engine
  const backup = startBackup(node, values, stopper)
  const { endpoints, balance } = node.chain
  const metrics = createMetrics({
    ...{ channels, virtuals, defence, endpoints, balance },
    turnedAway: node.turnedAway,
    ...(backup !== undefined && { backup: backup.standing }),
    now: Date.now,
  })
  node.onEvent(metrics.noteEvent)
  stopper.add(engine.subscribe(metrics.note))
  const token = randomBytes(32).toString('base64url')
  const server = await startRpcServer({
    ...values.rpcListen,
    token,
    handlers: {
      ...node.handlers,
      'node.info': async () => info(),
      'node.status': async () => ({
        ...(await node.handlers['node.status']({})),
        info: info(),
        ...(backup !== undefined && { backup: backup.standing() }),
      }),
    },
    subscribe: (listener) => engine.subscribe(listener),
    limits: httpLimits('rpc', RPC_SILENT),
    metrics: metrics.render,
  })
  stopper.add(server.close)
  await serveMetrics(values, metrics, stopper)
  writeEndpoint(values.data, { url: server.url, token, pid: process.pid })
  stopper.add(() => removeEndpoint(values.data, token))
  return server.url
}

function startBackup({ engine, log }: OpenNode, values: DaemonValues, stopper: Stopper): AutomaticBackup | undefined {
  const { backupFolder: folder, backupCommand: command, backupEvery: every } = values
  if (folder === undefined && command === undefined) return undefined
  const backup = startAutomaticBackup(engine, log, { folder, command, every })
  stopper.add(backup.stop)
  return backup
}

async function serveMetrics({ metricsListen }: DaemonValues, metrics: Metrics, stopper: Stopper): Promise<void> {
  if (metricsListen === undefined) return
  const server = await startMetricsServer(metricsListen, metrics.render)
  stopper.add(server.close)
}

/** Whoever started this daemon holds its standard input: when it ends, so does the daemon, even after a kill that nobody could catch. */
function endWithStdin(ending: AbortController, stopper: Stopper): void {
  const end = () => ending.abort()
  process.stdin.on('end', end).on('error', end).resume()
  stopper.add(() => {
    process.stdin.destroy()
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function tellReady({ output }: Context, ready: NodeInfo & { readonly rpcUrl: string; readonly pid: number }): void {
  if (output.json) output.event('ready', ready, '')
  else output.streams.out(`ready ${jsonLine(ready)}\n`)
}
