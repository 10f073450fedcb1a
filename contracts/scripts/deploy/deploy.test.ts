import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestClient, http, keccak256, parseEther, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { assetVaultAbi } from '../../abi/asset-vault-abi.ts'
import { hashLockResolverAbi } from '../../abi/hash-lock-resolver-abi.ts'
import { sluiceAbi } from '../../abi/sluice-abi.ts'
import { placeContract } from '../../src-ts/deploying.ts'
import { deploymentPlan, plannedAddress, singletonFactory } from '../../src-ts/deployment.ts'
import { hashLockId } from '../../src-ts/hash-lock.ts'
import { type LocalChain, startAnvil } from '../tools/anvil.ts'
import { contractsFolder, forgeOutput } from '../tools/foundry.ts'
import { deployAll } from './deploy.ts'
import { connect, type NetworkDeployer } from './deployer.ts'
import { ensureFactory } from './factory.ts'
import { chooseNetwork } from './networks.ts'
import { addressesSource, readRecords, recordOf } from './record.ts'
import { verificationInput } from './verification.ts'

// real blocks, and a real compiler, on a machine that may be busy
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

const account = privateKeyToAccount(keccak256(toHex('who deploys')))
const chains: LocalChain[] = []

// Filecoin's gas figures go past anvil's block limit, and its gas prices below anvil's
async function chainOf(chainId: number, local = false): Promise<NetworkDeployer> {
  const chain = await startAnvil(chainId, ['--gas-limit', '1000000000', '--base-fee', '100'])
  chains.push(chain)
  const node = createTestClient({ mode: 'anvil', transport: http(chain.url) })
  await node.setBalance({ address: account.address, value: parseEther('100') })
  return connect({ name: 'test', url: chain.url, chainId, local }, account, 10)
}

afterAll(async () => {
  for (const chain of chains) await chain[Symbol.asyncDispose]()
})

describe('deploying', () => {
  let mainnet: NetworkDeployer
  let calibration: NetworkDeployer

  beforeAll(async () => {
    mainnet = await chainOf(314)
    calibration = await chainOf(314159)
  })

  it('gives every contract the same address on 314 and 314159, by the factory that Safe signed for each', async () => {
    const [one, other] = [await deployAll(mainnet), await deployAll(calibration)]
    expect([one.chainId, other.chainId]).toEqual([314, 314159])
    expect(one.contracts.map(({ name, address }) => [name, address])).toEqual(
      other.contracts.map(({ name, address }) => [name, address]),
    )
    expect(one.contracts.map(({ address }) => address)).toEqual(deploymentPlan().map(({ address }) => address))
    for (const { client } of [mainnet, calibration]) {
      for (const { address } of deploymentPlan()) expect(await client.getCode({ address })).toBeDefined()
    }
  })

  it('changes nothing when run again, whoever runs it', async () => {
    const again = await deployAll(mainnet)
    expect(again.contracts.map(({ transaction }) => transaction)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('takes what somebody else deployed at the same moment', async () => {
    const local = await chainOf(31344, true)
    await ensureFactory(local)
    const [sluice] = deploymentPlan()
    if (sluice === undefined) throw new Error('nothing is planned')
    // who looks before the other's transaction is mined sends its own in vain
    const { to, data } = sluice.transaction
    const late = { ...local, send: () => local.send({ to, data }).then(() => local.send({ to, data })) }
    expect(await placeContract(late, sluice)).toBeUndefined()
    expect(await local.client.getCode({ address: sluice.address })).toBeDefined()
  })

  it('leaves each chain with a domain of its own', async () => {
    const domainOn = ({ client }: NetworkDeployer) =>
      client.readContract({ address: plannedAddress('Sluice'), abi: sluiceAbi, functionName: 'domainSeparator' })
    expect(await domainOn(mainnet)).not.toBe(await domainOn(calibration))
  })

  it('tells the vault where Sluice stands', async () => {
    const call = { address: plannedAddress('AssetVault'), abi: assetVaultAbi, functionName: 'sluice' } as const
    expect((await mainnet.client.readContract(call)).toLowerCase()).toBe(plannedAddress('Sluice'))
  })
})

describe('the command', () => {
  const run = promisify(execFile)
  const command = join(contractsFolder, 'scripts', 'deploy.ts')
  const key = keccak256(toHex('who deploys'))

  it('deploys to a local chain', async () => {
    const { url } = (await chainOf(31342, true)).network
    const env = { ...process.env, DEPLOYER_KEY: key }
    const { stdout } = await run(process.execPath, [command, '--network', 'local', '--url', url, '--json'], { env })
    const { chainId, contracts } = JSON.parse(stdout) as { chainId: number; contracts: { address: string }[] }
    expect(chainId).toBe(31342)
    expect(contracts.map(({ address }) => address)).toEqual(deploymentPlan().map(({ address }) => address))
  })

  it('says where things will stand', async () => {
    const { stdout } = await run(process.execPath, [command, '--plan'])
    for (const { address } of deploymentPlan()) expect(stdout).toContain(address)
  })

  it('says what is missing', async () => {
    const env = { ...process.env, DEPLOYER_KEY: '' }
    await expect(run(process.execPath, [command], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--network'),
    })
    const local = ['--network', 'local', '--url', 'http://127.0.0.1:1']
    await expect(run(process.execPath, [command, ...local], { env })).rejects.toMatchObject({
      stderr: expect.stringContaining('DEPLOYER_KEY'),
    })
  })
})

describe('ids of hash locks', () => {
  it('are those that the chain computes', async () => {
    const deployer = await chainOf(31343, true)
    await deployAll(deployer)
    const { client } = deployer
    const address = plannedAddress('HashLockResolver')
    const hash = keccak256(toHex('any hash'))
    const call = { address, abi: hashLockResolverAbi, functionName: 'idOf', args: [hash, 1_800_000_000] } as const
    expect(await client.readContract(call)).toBe(hashLockId(hash, 1_800_000_000))
  })
})

describe('the factory', () => {
  it('is put on a local chain of any id', async () => {
    const deployer = await chainOf(31338, true)
    const codeOf = () => deployer.client.getCode({ address: singletonFactory })
    expect(await codeOf()).toBeUndefined()
    await ensureFactory(deployer)
    const placed = await codeOf()
    expect(placed).toBeDefined()
    await ensureFactory(deployer)
    expect(await codeOf()).toBe(placed)
  })

  it('is asked for where nobody can put it', async () => {
    await expect(ensureFactory(await chainOf(31339))).rejects.toThrow('chain 31339 has no factory')
  })

  it('is not mistaken for other code', async () => {
    const deployer = await chainOf(31340, true)
    const node = createTestClient({ mode: 'anvil', transport: http(deployer.network.url) })
    await node.setCode({ address: singletonFactory, bytecode: '0x00' })
    await expect(ensureFactory(deployer)).rejects.toThrow('other code')
  })
})

describe('networks', () => {
  it('are known by name, or by any URL', () => {
    expect(chooseNetwork({ network: 'mainnet' })).toMatchObject({ chainId: 314, local: false })
    expect(chooseNetwork({ network: 'calibration' })).toMatchObject({ chainId: 314159, local: false })
    expect(chooseNetwork({ network: 'local', url: 'http://127.0.0.1:1' })).toMatchObject({ url: 'http://127.0.0.1:1' })
    expect(chooseNetwork({ url: 'http://127.0.0.1:1', chainId: '10' })).toMatchObject({ chainId: 10, local: false })
  })

  it('that are not known are refused', () => {
    expect(() => chooseNetwork({})).toThrow('--network')
    expect(() => chooseNetwork({ network: 'main' })).toThrow("no network 'main'")
    expect(() => chooseNetwork({ url: 'http://127.0.0.1:1', chainId: 'ten' })).toThrow('not a chain id')
  })

  it('are refused if they are another chain, or do not answer', async () => {
    const { url } = (await chainOf(31341)).network
    const local = { name: 'test', url, chainId: 314, local: false }
    await expect(connect(local, account)).rejects.toThrow('is chain 31341, not 314')
    await chains.pop()?.[Symbol.asyncDispose]()
    await expect(connect(local, account)).rejects.toThrow('no chain answers')
  })
})

describe('records', () => {
  const report = {
    chainId: 314,
    factory: singletonFactory,
    contracts: deploymentPlan().map(({ name, address }) => ({ name, address, block: 7 })),
  }

  it('name every contract, and the block to look from', () => {
    const record = recordOf(report)
    expect(record).toMatchObject({ chainId: 314, fromBlock: 7, factory: singletonFactory })
    expect(record.contracts.AssetVault).toBe(plannedAddress('AssetVault'))
  })

  it('keep the block when a second run finds everything there', () => {
    const contracts = report.contracts.map(({ name, address }) => ({ name, address }))
    expect(recordOf({ ...report, contracts }, recordOf(report)).fromBlock).toBe(7)
    expect(recordOf({ ...report, contracts }).fromBlock).toBe(0)
  })

  it('make the table that the package exports', () => {
    expect(addressesSource([recordOf(report)])).toContain(`  314: {\n    sluice: '${plannedAddress('Sluice')}',\n`)
    const committed = readFileSync(join(contractsFolder, 'src-ts', 'addresses.ts'), 'utf8')
    expect(committed).toBe(addressesSource(readRecords(join(contractsFolder, 'deployments'))))
  })
})

describe('the verification input', () => {
  it('compiles to the code that is deployed', () => {
    expect(forgeOutput(['build', '--quiet', '--skip', 'test']).code).toBe(0)
    const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string; version(): string }
    // the largest, and the smallest: the four are read and built alike
    const chosen = deploymentPlan().filter(({ name }) => name === 'Sluice' || name === 'HashLockResolver')
    for (const { name, initCode, constructorArguments } of chosen) {
      const { input, contract, compilerVersion } = verificationInput(contractsFolder, name)
      expect(`v${solc.version()}`).toContain(compilerVersion)
      const [source = ''] = contract.split(':')
      const output = JSON.parse(solc.compile(JSON.stringify(input)))
      const code = output.contracts[source][name].evm.bytecode.object
      expect(`0x${code}${constructorArguments.slice(2)}`).toBe(initCode)
    }
    // the compiler takes its time where every core is taken
  }, 600_000)
})
