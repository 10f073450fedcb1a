// Gas on Filecoin, where it follows other laws: `./run gas --fevm`.

import { forgeOutput } from '../../tools/foundry.ts'
import { playScenesWithinAMessage } from '../scenes.ts'
import { startRunner } from './runner.ts'
import { type Machine, makeFvmWorld } from './world.ts'

/** The network version of actors v18, which mainnet runs. */
const DEFAULT_VERSION = 28

/** Gas of each scene. */
export interface FvmReport {
  readonly networkVersion: number
  readonly gas: Readonly<Record<string, number>>
}

/** What the environment says of a runner. */
export interface FvmPlace extends Machine {
  readonly command: string
}

/** What is missing where there is no runner, for people. */
export const noRunner =
  'No gas of Filecoin was measured: SLUICE_FVM names no runner of its virtual machine. contracts/README.md says what one is.'

/**
 * Where a runner is: `SLUICE_FVM` is its command, `SLUICE_FVM_BUNDLE` the CAR of actors, `SLUICE_FVM_VERSION` the network's version (28).
 *
 * @returns undefined if no runner is named.
 * @throws Error if the bundle is missing or the version is no number.
 */
export function placeOf(environment: NodeJS.ProcessEnv): FvmPlace | undefined {
  const { SLUICE_FVM: command, SLUICE_FVM_BUNDLE: bundle, SLUICE_FVM_VERSION } = environment
  if (command === undefined || command.trim() === '') return undefined
  if (bundle === undefined) throw new Error('SLUICE_FVM_BUNDLE has to name the CAR with the actors of a release')
  const version = Number(SLUICE_FVM_VERSION ?? DEFAULT_VERSION)
  if (!Number.isSafeInteger(version)) throw new Error(`SLUICE_FVM_VERSION is no network version: ${SLUICE_FVM_VERSION}`)
  return { command, bundle, version }
}

/** Plays on a network of its own the scenes whose messages Filecoin takes. @throws Error if a message fails or the runner ends. */
export async function measureFvm({ command, ...machine }: FvmPlace): Promise<FvmReport> {
  if (forgeOutput(['build', '--quiet', 'test/mocks/PlainToken.sol']).code !== 0) throw new Error('forge build failed')
  await using runner = startRunner(command)
  const costs = await playScenesWithinAMessage(await makeFvmWorld(runner, machine))
  const gas = Object.fromEntries(Object.entries(costs).map(([name, cost]) => [name, cost.gas]))
  return { networkVersion: machine.version, gas }
}

/** The table for people. */
export function fvmTableOf({ networkVersion, gas }: FvmReport): string {
  const rows = Object.entries(gas).map(([name, amount]) => [name, amount.toLocaleString('en')] as const)
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map(([name, amount]) => `${name.padEnd(first ?? 0)}  ${amount.padStart(second ?? 0)}`)
  return [`Filecoin, network version ${networkVersion}`, ...lines].join('\n')
}
