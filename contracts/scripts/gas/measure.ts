import { startAnvil } from '../tools/anvil.ts'
import { forgeOutput } from '../tools/foundry.ts'
import { playScenes } from './scenes.ts'
import { type GasReport, type GasReports, reportOf } from './table.ts'
import { makeWorld } from './world.ts'

/** Measures everything from transaction receipts, by two sets of rules. @throws Error if a transaction fails. */
export async function measureGas(): Promise<GasReports> {
  if (forgeOutput(['build', '--quiet', 'test/mocks/PlainToken.sol']).code !== 0) throw new Error('forge build failed')
  return { ...(await measureBy('cancun')), prague: await measureBy('prague') }
}

/** On a local chain of its own. */
async function measureBy(hardfork: string): Promise<GasReport> {
  await using chain = await startAnvil(314, ['--gas-limit', '60000000', '--hardfork', hardfork, '--steps-tracing'])
  return reportOf(await playScenes(await makeWorld(chain.url)))
}
