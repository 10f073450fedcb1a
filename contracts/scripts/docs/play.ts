// Plays the samples of all pages on a local chain. What they cost is what the pages say.

import { startAnvil } from '../tools/anvil.ts'
import { forgeOutput } from '../tools/foundry.ts'
import { playCredits, playDeposits, playEndings, playVirtuals } from './play/channels.ts'
import { playApps, playHashLocks, playVault } from './play/others.ts'
import { createStage } from './play/stage.ts'

const mocks = ['test/mocks/SigningToken.sol', 'test/vault/Collections.sol', 'test/resolvers/Apps.sol']

/** Gas by contract and call. @throws Error if a sample fails. */
export async function playSamples(): Promise<Readonly<Record<string, number>>> {
  if (forgeOutput(['build', '--quiet', ...mocks]).code !== 0) throw new Error('forge build failed')
  await using chain = await startAnvil(314, ['--gas-limit', '60000000', '--hardfork', 'cancun'])
  const stage = await createStage(chain.url)
  const acts = [playDeposits, playEndings, playVirtuals, playCredits, playHashLocks, playApps, playVault]
  for (const act of acts) await act(stage)
  return stage.gas
}
