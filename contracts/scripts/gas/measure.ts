import { startAnvil } from '../tools/anvil.ts'
import { forgeOutput } from '../tools/foundry.ts'
import { playScenes } from './scenes.ts'
import { type GasReport, reportOf } from './table.ts'
import { makeWorld } from './world.ts'

/** Measures everything on a local chain of its own, from transaction receipts. @throws Error if a transaction fails. */
export async function measureGas(): Promise<GasReport> {
  if (forgeOutput(['build', '--quiet', 'test/mocks/PlainToken.sol']).code !== 0) throw new Error('forge build failed')
  await using chain = await startAnvil(314, ['--gas-limit', '60000000', '--hardfork', 'cancun', '--steps-tracing'])
  return reportOf(await playScenes(await makeWorld(chain.url)))
}
