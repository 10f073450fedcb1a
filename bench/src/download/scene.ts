import { join } from 'node:path'
import { startLocalChain } from '@sluice/adapters/local-chain'
import { type Line, type Running, runSluice, startSluice, stopSluice } from './command.ts'

// The second to the fourth of the well-known development keys; the first deploys.
const KEYS = {
  client: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  hub: '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  provider: '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
} as const
type Party = keyof typeof KEYS

/** A provider and a client as processes, with a hub between them, on a local chain. */
export interface Scene {
  readonly paidUrl: string
  readonly unpaidUrl: string
  readonly processes: Readonly<Record<Party, Running>>
  /** What the environment of the client's commands holds. */
  readonly environment: Readonly<Record<string, string>>
  end(): Promise<void>
}

const text = (line: Line, key: string): string => String(line[key])

/** Serves a folder of CARs, with channels from the client to the provider. */
export async function startScene(folder: string, cars: string): Promise<Scene> {
  const chain = await startLocalChain({ blockTime: 0.25 })
  const started: Running[] = []
  const end = async (): Promise<void> => {
    for (const running of started.reverse()) await stopSluice(running)
    await chain.stop()
  }
  const environmentOf = (party: Party) => ({
    SLUICE_CHAIN: chain.url,
    SLUICE_PROFILE: 'development',
    SLUICE_CONTRACT: chain.deployed.contract,
    SLUICE_DATA: join(folder, party),
    SLUICE_KEY: KEYS[party],
  })
  const daemon = async (party: Party, args: readonly string[]) => {
    const running = startSluice(args, environmentOf(party))
    started.push(running)
    return { running, ready: await running.ready }
  }
  const open = (party: Party, { ready }: { readonly ready: Line }) =>
    runSluice(
      ['channel', 'open', '--peer', text(ready, 'signer'), '--url', text(ready, 'peerUrl'), '--deposit', '10FIL'],
      environmentOf(party),
    )
  try {
    const hub = await daemon('hub', ['hub'])
    const provider = await daemon('provider', ['provide', cars, '--unpaid-listen', '127.0.0.1:0'])
    const client = await daemon('client', ['node'])
    await Promise.all([open('client', hub), open('hub', provider)])
    return {
      paidUrl: text(provider.ready, 'httpUrl'),
      unpaidUrl: text(provider.ready, 'unpaidUrl'),
      processes: { client: client.running, hub: hub.running, provider: provider.running },
      environment: environmentOf('client'),
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
