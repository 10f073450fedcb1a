import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { balanceOf, type ContractTransaction, fund, type LocalChain, startChain, transactionsTo } from './chain.ts'
import type { Children } from './children.ts'
import { fil, megabytes, rate, type Screen } from './screen.ts'
import { type Daemon, type Line, numberOf, runSluice, startDaemon, textOf } from './sluice.ts'

/** Filecoin's own chain id, on a local chain. */
const CHAIN_ID = 314
const FUNDS = 100n * 10n ** 18n
const PRICE = ['--price', '1nanoFIL', '--per', '1KiB']
const HUB_FEE = ['--fee-ppm', '1000']
const CHANNEL_DEPOSIT = '1FIL'

/** Who takes part; each is a process with a key, a store and an account of its own. */
export const parties = ['client', 'hub', 'provider'] as const
export type PartyName = (typeof parties)[number]

/** A value for each party. */
export type Each<T> = Readonly<Record<PartyName, T>>

/** All that the demo saw. */
export interface Outcome {
  readonly file: string
  readonly paidDownload: Line
  readonly unpaidDownload: Line
  readonly before: Each<bigint>
  readonly after: Each<bigint>
  readonly addresses: Each<string>
  readonly transactions: readonly ContractTransaction[]
  readonly deployGas: bigint
  /** What the contract still holds at the end. */
  readonly contractBalance: bigint
}

interface Stage {
  readonly children: Children
  readonly screen: Screen
  readonly folder: string
  readonly chain: LocalChain
  readonly environment: Readonly<Record<string, string>>
}

interface Scene extends Stage {
  readonly contract: string
  readonly addresses: Each<string>
}

/** Runs the whole demo: chain, deployment, three processes, two channels, a paid and an unpaid download, the closing. */
export async function tellStory(children: Children, screen: Screen, folder: string, file: string): Promise<Outcome> {
  screen.step(`starting a local chain (id ${CHAIN_ID}, blocks of 1 s) and making three keys`)
  const chain = await startChain(children, CHAIN_ID)
  const environment = {
    SLUICE_CHAIN: chain.url,
    SLUICE_PROFILE: 'development',
    SLUICE_PASSWORD: randomBytes(16).toString('hex'),
  }
  const stage: Stage = { children, screen, folder, chain, environment }
  const addresses = await makeParties(stage)
  const { contract, deployGas } = await deploy(stage)
  const scene: Scene = { ...stage, contract, addresses, environment: { ...environment, SLUICE_CONTRACT: contract } }
  const before = await balances(scene)

  screen.step('starting hub, provider and client, each a process with its own store and sockets')
  const { cid, cars } = await pack(scene, file)
  const hub = await daemonOf(scene, 'hub', ['hub', ...HUB_FEE])
  const provider = await daemonOf(scene, 'provider', ['provide', cars, ...PRICE, '--unpaid-listen', '127.0.0.1:0'])
  await daemonOf(scene, 'client', ['node'])
  await fundChannels(scene, hub, provider)

  const paidDownload = await download(
    scene,
    'paying for every chunk',
    `${textOf(provider.ready, 'httpUrl')}/ipfs/${cid}`,
    'paid.car',
  )
  const unpaidDownload = await download(
    scene,
    'once more without the gate',
    `${textOf(provider.ready, 'unpaidUrl')}/ipfs/${cid}`,
    'unpaid.car',
  )
  await closeChannels(scene)
  const after = await balances(scene)
  const transactions = await transactionsTo(chain, contract)
  const contractBalance = await balanceOf(chain, contract)
  return { file, paidDownload, unpaidDownload, before, after, addresses, transactions, deployGas, contractBalance }
}

function dataOf({ folder }: Stage, name: string): readonly string[] {
  return ['--data', join(folder, name)]
}

function sluice(stage: Stage, args: readonly string[], onLine: (line: Line) => void = () => {}): Promise<Line> {
  return runSluice(stage.children, { args, environment: stage.environment, onLine })
}

async function makeParties(stage: Stage): Promise<Each<string>> {
  const addresses: Record<string, string> = {}
  for (const name of parties) {
    mkdirSync(join(stage.folder, name), { recursive: true })
    const answer = await sluice(stage, ['keys', 'new', ...dataOf(stage, name)])
    addresses[name] = textOf(answer, 'address')
    await fund(stage.chain, textOf(answer, 'address'), FUNDS)
  }
  return addresses as Each<string>
}

async function deploy(stage: Stage): Promise<{ contract: string; deployGas: bigint }> {
  stage.screen.step('deploying the contract')
  const answer = await sluice(stage, ['deploy', ...dataOf(stage, 'hub')])
  return { contract: textOf(answer, 'contract'), deployGas: BigInt(textOf(answer, 'gas')) }
}

async function balances({ chain, addresses }: Scene): Promise<Each<bigint>> {
  const [client, hub, provider] = await Promise.all(parties.map((name) => balanceOf(chain, addresses[name])))
  return { client: client ?? 0n, hub: hub ?? 0n, provider: provider ?? 0n }
}

async function pack(scene: Scene, file: string): Promise<{ cid: string; cars: string }> {
  const cars = join(scene.folder, 'cars')
  const answer = await sluice(scene, ['pack', file, '--out', cars])
  scene.screen.step(
    `packed ${file} (${megabytes(numberOf(answer, 'fileBytes'))}, ${numberOf(answer, 'blocks')} blocks) as ${textOf(answer, 'cid')}`,
  )
  return { cid: textOf(answer, 'cid'), cars }
}

function daemonOf(scene: Scene, name: PartyName, args: readonly string[]): Promise<Daemon> {
  return startDaemon(scene.children, { args: [...args, ...dataOf(scene, name)], environment: scene.environment })
}

async function fundChannels(scene: Scene, hub: Daemon, provider: Daemon): Promise<void> {
  scene.screen.step(`funding two channels with ${CHANNEL_DEPOSIT} each: client to hub, hub to provider`)
  const open = (name: PartyName, { ready }: Daemon) =>
    sluice(scene, [
      'channel',
      'open',
      ...dataOf(scene, name),
      '--peer',
      textOf(ready, 'signer'),
      '--url',
      textOf(ready, 'peerUrl'),
      '--deposit',
      CHANNEL_DEPOSIT,
    ])
  await Promise.all([open('client', hub), open('hub', provider)])
}

async function download(scene: Scene, what: string, url: string, name: string): Promise<Line> {
  scene.screen.step(`downloading, ${what}: ${url}`)
  const out = join(scene.folder, name)
  return sluice(scene, ['get', url, ...dataOf(scene, 'client'), '--out', out], (line) => {
    if (line.type === 'progress') scene.screen.progress(progressText(line))
  })
}

function progressText(line: Line): string {
  const [bytes, total] = [numberOf(line, 'bytes'), numberOf(line, 'total')]
  const filled = Math.round((20 * bytes) / Math.max(1, total))
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`
  const parts = [`${megabytes(bytes)} of ${megabytes(total)}`, `paid ${fil(BigInt(textOf(line, 'paid')))}`]
  return [bar, ...parts, `${numberOf(line, 'payments')} payments`, rate(bytes, numberOf(line, 'elapsedMs'))].join('  ')
}

async function closeChannels(scene: Scene): Promise<void> {
  scene.screen.step('closing the channels; the money goes home on chain')
  const close = async (name: PartyName) => {
    const { channels } = await sluice(scene, ['channel', 'list', ...dataOf(scene, name)])
    const [channel] = channels as readonly { readonly channelId: string }[]
    if (channel === undefined) throw new Error(`${name} has no channel`)
    await sluice(scene, ['channel', 'close', channel.channelId, ...dataOf(scene, name)])
  }
  await close('client')
  await close('provider')
}
