// What is deployed where: a file a chain in deployments/, and the table of addresses that the package exports.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from 'viem'
import type { ContractName } from '../../src-ts/deployment.ts'
import type { DeploymentReport } from './deploy.ts'

/** A chain's file. */
export interface DeploymentRecord {
  readonly chainId: number
  readonly factory: Address
  /** The block from which to look for events: that of the first contract, 0 if it is not known. */
  readonly fromBlock: number
  readonly contracts: Readonly<Record<ContractName, Address>>
}

/** Writes a chain's file, and the table of addresses anew. */
export function writeRecord(contractsFolder: string, report: DeploymentReport): string {
  const folder = join(contractsFolder, 'deployments')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${report.chainId}.json`)
  const before = readRecords(folder).find(({ chainId }) => chainId === report.chainId)
  writeFileSync(path, `${JSON.stringify(recordOf(report, before), null, 2)}\n`)
  writeFileSync(join(contractsFolder, 'src-ts', 'addresses.ts'), addressesSource(readRecords(folder)))
  return path
}

/** The record of a deployment; a block that an earlier run of the same deployment told is kept. */
export function recordOf(report: DeploymentReport, before?: DeploymentRecord): DeploymentRecord {
  const { chainId, factory } = report
  const contracts = Object.fromEntries(report.contracts.map(({ name, address }) => [name, address]))
  const known = before?.contracts.Sluice === contracts.Sluice ? before?.fromBlock : undefined
  const fromBlock = report.contracts.find(({ name }) => name === 'Sluice')?.block ?? known ?? 0
  return { chainId, factory, fromBlock, contracts: contracts as Record<ContractName, Address> }
}

/** The chains' files, by chain id. */
export function readRecords(folder: string): DeploymentRecord[] {
  return readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as DeploymentRecord)
    .sort((a, b) => a.chainId - b.chainId)
}

/** The source of the table of addresses. */
export function addressesSource(records: readonly DeploymentRecord[]): string {
  const rows = records.map(({ chainId, contracts }) => {
    const fields = Object.entries(contracts).map(
      ([name, address]) => `    ${name.replace(/^./, (letter) => letter.toLowerCase())}: '${address}',\n`,
    )
    return `  ${chainId}: {\n${fields.join('')}  },\n`
  })
  const table = rows.length === 0 ? '{}' : `{\n${rows.join('')}}`
  return `${head}export const addresses: Readonly<Record<number, Deployment>> = ${table}\n`
}

const head = `// Generated from deployments/*.json by \`npm run deploy -w contracts\`: not to be edited.

/** The addresses of one deployment. */
export interface Deployment {
  /** The Sluice contract. */
  sluice: \`0x\${string}\`
  /** Decides locks by Nitro's app channels. */
  appResolver: \`0x\${string}\`
  /** Decides locks by preimages. */
  hashLockResolver: \`0x\${string}\`
  /** Hands out receipts for ERC-721 and ERC-1155 tokens. */
  assetVault: \`0x\${string}\`
}

/** Where the contracts stand, by chain id. A chain that is not listed has no deployment that this version knows of. */
`
