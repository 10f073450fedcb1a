// `npm run deploy -w contracts -- --network local|calibration|mainnet | --url URL`: puts the contracts on a chain, at the same
// addresses everywhere. The deployer's key is read from the environment variable DEPLOYER_KEY; it has no say in the contracts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { deploymentPlan, deploymentSalt } from '../src-ts/deployment.ts'
import { deployAll } from './deploy/deploy.ts'
import { connect } from './deploy/deployer.ts'
import { chooseNetwork } from './deploy/networks.ts'
import { writeRecord } from './deploy/record.ts'
import { verificationInput } from './deploy/verification.ts'
import { contractsFolder, forgeOutput } from './tools/foundry.ts'

const help = `Puts the contracts on a chain, at the same addresses everywhere. Running it again changes nothing.

  npm run deploy -w contracts -- --network local|calibration|mainnet [--url URL]
  npm run deploy -w contracts -- --url URL [--chain-id ID]        any EVM chain that has Safe's singleton factory
  npm run deploy -w contracts -- --plan                           only says where they will stand
  npm run deploy -w contracts -- --verification FOLDER            writes what explorers need to verify the sources

  --salt 0x…   an instance of its own, at addresses that follow from these 32 bytes; goes with all of the above, and is not recorded

  --json       prints one JSON object
  --no-record  leaves deployments/ and the exported addresses as they are (always so for the local chain)

The deployer's private key comes from the environment variable DEPLOYER_KEY (0x and 64 digits). It only pays.`

const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    url: { type: 'string' },
    'chain-id': { type: 'string' },
    plan: { type: 'boolean' },
    verification: { type: 'string' },
    json: { type: 'boolean' },
    'no-record': { type: 'boolean' },
    salt: { type: 'string' },
    help: { type: 'boolean' },
  },
})

try {
  if (values.help) console.log(help)
  else if (values.plan) say(deploymentPlan(saltGiven()).map(({ name, address }) => ({ name, address })))
  else if (values.verification !== undefined) writeVerification(values.verification)
  else await deploy()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function deploy(): Promise<void> {
  const network = chooseNetwork({ network: values.network, url: values.url, chainId: values['chain-id'] })
  const report = await deployAll(await connect(network, privateKeyToAccount(deployerKey())), saltGiven())
  if (!network.local && !values['no-record'] && values.salt === undefined) writeRecord(contractsFolder, report)
  say(report.contracts, report)
}

function say(
  contracts: readonly { name: string; address: string; gasUsed?: number }[],
  all: unknown = contracts,
): void {
  if (values.json) console.log(JSON.stringify(all))
  else for (const { name, address, gasUsed } of contracts) console.log(name.padEnd(18), address, gasUsed ?? '')
}

function writeVerification(folder: string): void {
  if (forgeOutput(['build', '--quiet', '--skip', 'test']).code !== 0) throw new Error('forge build failed')
  mkdirSync(folder, { recursive: true })
  for (const { name, address, constructorArguments } of deploymentPlan(saltGiven())) {
    const { input, contract, compilerVersion } = verificationInput(contractsFolder, name)
    const about = { address, contract, compilerVersion, constructorArguments }
    writeFileSync(join(folder, `${name}.input.json`), `${JSON.stringify(input, null, 2)}\n`)
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(about, null, 2)}\n`)
  }
}

function saltGiven(): Hex {
  return (values.salt ?? deploymentSalt) as Hex
}

function deployerKey(): Hex {
  const key = process.env.DEPLOYER_KEY ?? ''
  if (!/^0x[0-9a-fA-F]{64}$/.test(key))
    throw new Error('set DEPLOYER_KEY to the private key that pays: 0x and 64 digits')
  return key as Hex
}
