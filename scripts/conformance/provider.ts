import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startChain } from '../demo/chain.ts'
import type { Children } from '../demo/children.ts'
import { type Daemon, runSluice, startDaemon, textOf } from '../demo/sluice.ts'

/** Filecoin's own chain id, on a local chain. */
const CHAIN_ID = 314

/** Starts a provider of a folder of content, with a chain of its own and a second listener without the gate. */
export async function startProvider(children: Children, folder: string, content: string): Promise<Daemon> {
  const chain = await startChain(children, CHAIN_ID)
  const data = join(folder, 'provider')
  mkdirSync(data, { recursive: true })
  const environment = {
    SLUICE_CHAIN: chain.url,
    SLUICE_PROFILE: 'development',
    SLUICE_PASSWORD: randomBytes(16).toString('hex'),
  }
  const { address } = await runSluice(children, { args: ['keys', 'new', '--data', data], environment })
  await chain.call('anvil_setBalance', [address, `0x${(10n ** 20n).toString(16)}`])
  const contract = textOf(await runSluice(children, { args: ['deploy', '--data', data], environment }), 'contract')
  return startDaemon(children, {
    args: ['provide', content, '--data', data, '--unpaid-listen', '127.0.0.1:0'],
    environment: { ...environment, SLUICE_CONTRACT: contract },
  })
}
