import { type Address, createTestClient, type Hex, http, parseEther, publicActions, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalChain, startAnvil } from '../scripts/tools/anvil.ts'
import { artifact } from '../scripts/tools/artifact.ts'
import { foreignCode } from '../scripts/tools/foreign-code.ts'
import { forgeOutput } from '../scripts/tools/foundry.ts'
import {
  authorizationToSign,
  channelIdOf,
  type DepositTarget,
  permit2,
  permit2ToSign,
  permitOf,
  permitToSign,
  sluiceAbi,
  sluiceBytecode,
} from './index.ts'

// anvil's first accounts
const relayer = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const payer = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
const tokenDomain = { name: 'Dollar', version: '2' }
const salt: Hex = `0x${'5a'.repeat(32)}`
const far = 4_000_000_000n

let chain: LocalChain
let bench: Awaited<ReturnType<typeof startBench>>

beforeAll(async () => {
  chain = await startAnvil(314)
  bench = await startBench(chain.url)
}, 120_000)

afterAll(() => chain[Symbol.asyncDispose]())

/** Sluice, a token that takes permits and authorizations, Permit2, and a payer who holds a thousand. */
async function startBench(url: string) {
  if (forgeOutput(['build', '--quiet', 'test/mocks/SigningToken.sol']).code !== 0) throw new Error('forge build failed')
  const signing = artifact('SigningToken.sol', 'SigningToken')
  const client = createTestClient({ mode: 'anvil', transport: http(url), pollingInterval: 10 })
    .extend(publicActions)
    .extend(walletActions)
  const mined = (hash: Hex) => client.waitForTransactionReceipt({ hash })
  const deploy = async (code: { abi: typeof signing.abi; bytecode: Hex }) => {
    const { contractAddress } = await mined(await client.deployContract({ ...code, account: relayer, chain: null }))
    if (!contractAddress) throw new Error('not deployed')
    return contractAddress
  }
  const sluice = await deploy({ abi: sluiceAbi as typeof signing.abi, bytecode: sluiceBytecode })
  const token = await deploy(signing)
  await client.setCode({ address: permit2, bytecode: foreignCode().PERMIT2_CODE as Hex })
  const onToken = async (from: typeof payer, functionName: string, args: unknown[]) => {
    const { abi } = signing
    await mined(await client.writeContract({ address: token, abi, functionName, args, account: from, chain: null }))
  }
  await onToken(relayer, 'mint', [payer.address, 1000n])
  const send = async (from: typeof payer, functionName: string, args: unknown[]) => {
    const call = { address: sluice, abi: sluiceAbi as typeof signing.abi, functionName, args, account: from }
    const { status } = await mined(await client.writeContract({ ...call, chain: null }))
    expect(status).toBe('success')
  }
  const state = (id: Hex) =>
    client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'channelState', args: [id] })
  return { client, sluice, token, onToken, send, state }
}

/** A channel of its own for each test. */
function targetOf(nonce: bigint, party: 0 | 1): DepositTarget {
  const side = (digit: string) => ({ account: `0x${digit.repeat(40)}`, signer: `0x${digit.repeat(40)}` }) as const
  const terms = { a: side('1'), b: side('2'), token: bench.token, disputeWindow: 60, nonce }
  return { chainId: 314, verifyingContract: bench.sluice, terms, party }
}

async function depositsOf(target: DepositTarget): Promise<readonly [bigint, bigint]> {
  const { depositA, depositB } = await bench.state(channelIdOf(target.terms, target))
  return [depositA, depositB]
}

it('a permit lets its owner deposit without an approval', async () => {
  const target = targetOf(1n, 1)
  const permit = { tokenDomain, owner: payer.address, amount: 40n, nonce: 0n, deadline: far }
  const signature = await payer.signTypedData(permitToSign(target, permit))
  await bench.send(payer, 'depositWithPermit', [target.terms, 1, 40n, permitOf(far, signature)])
  expect(await depositsOf(target)).toEqual([0n, 40n])
})

it('an authorization lets anybody bring a deposit, of a payer without any native token', async () => {
  const target = targetOf(2n, 0)
  const terms = { from: payer.address, value: 50n, validAfter: 0n, validBefore: far, salt }
  const signature = await payer.signTypedData(authorizationToSign(target, tokenDomain, terms))
  await withoutMoney(payer.address, () =>
    bench.send(relayer, 'depositWithAuthorization', [target.terms, 0, { ...terms, signature }]),
  )
  expect(await depositsOf(target)).toEqual([50n, 0n])
})

it('a signature for Permit2 likewise', async () => {
  const target = targetOf(3n, 1)
  await bench.onToken(payer, 'approve', [permit2, 60n])
  const terms = { from: payer.address, amount: 60n, nonce: 77n, deadline: far }
  const signature = await payer.signTypedData(permit2ToSign(target, terms))
  await withoutMoney(payer.address, () =>
    bench.send(relayer, 'depositWithPermit2', [target.terms, 1, { ...terms, signature }]),
  )
  expect(await depositsOf(target)).toEqual([0n, 60n])
})

it('whoever relays can bring the money to no other channel and no other party', async () => {
  const target = targetOf(4n, 0)
  const elsewhere = targetOf(5n, 0)
  const terms = { from: payer.address, value: 5n, validAfter: 0n, validBefore: far, salt }
  const signature = await payer.signTypedData(authorizationToSign(target, tokenDomain, terms))
  const authorization = { ...terms, signature }
  for (const args of [
    [target.terms, 1, authorization],
    [elsewhere.terms, 0, authorization],
  ]) {
    await expect(bench.send(relayer, 'depositWithAuthorization', args)).rejects.toThrow(/authorization/)
  }
  await bench.send(relayer, 'depositWithAuthorization', [target.terms, 0, authorization])
})

async function withoutMoney(address: Address, act: () => Promise<void>): Promise<void> {
  await bench.client.setBalance({ address, value: 0n })
  await act()
  await bench.client.setBalance({ address, value: parseEther('1') })
}
