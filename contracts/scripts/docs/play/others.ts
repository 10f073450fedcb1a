import { type Hex, keccak256, pad, parseAbi, sha256, zeroAddress } from 'viem'
import { appResolverAbi } from '../../../abi/app-resolver-abi.ts'
import { appResolverBytecode } from '../../../abi/app-resolver-bytecode.ts'
import { assetVaultAbi } from '../../../abi/asset-vault-abi.ts'
import { assetVaultBytecode } from '../../../abi/asset-vault-bytecode.ts'
import { hashLockResolverAbi } from '../../../abi/hash-lock-resolver-abi.ts'
import { hashLockResolverBytecode } from '../../../abi/hash-lock-resolver-bytecode.ts'
import { type AppTerms, appStateHash, type VariablePart } from '../../../src-ts/app-channel.ts'
import * as apps from '../samples/apps.ts'
import * as hashLocks from '../samples/resolvers.ts'
import { mined } from '../samples/setup.ts'
import * as vaults from '../samples/vault.ts'
import { type Stage, UNIT } from './stage.ts'

const DEADLINE = 4_000_000_000

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`a sample went wrong: ${what}`)
}

export async function playHashLocks({ a, deploy, note }: Stage): Promise<void> {
  const resolver = await deploy(hashLockResolverAbi, hashLockResolverBytecode)
  const preimage = keccak256('0x5a')
  const { id, isSame } = await hashLocks.idOf(a, resolver, preimage, DEADLINE)
  expect(isSame, 'ids are computed alike')
  expect((await hashLocks.payout(a, resolver, id, UNIT)) === undefined, 'nothing is decided')
  note('HashLockResolver.register', await hashLocks.register(a, resolver, preimage, DEADLINE))
  expect((await hashLocks.payout(a, resolver, id, UNIT)) === UNIT, `${sha256(preimage)} pays in full`)
}

export async function playApps(stage: Stage): Promise<void> {
  const { a, deploy, note, keys } = stage
  const resolver = await deploy(appResolverAbi, appResolverBytecode)
  const appDefinition = await stage.deployMock('Apps.sol', 'GivingApp')
  const stakes = keys.map(({ address }) => ({ destination: pad(address), amount: 50n })) as never as [
    AppTerms['stake0'],
    AppTerms['stake1'],
  ]
  const [stake0, stake1] = stakes
  const channelNonce = await apps.channelNonce(a, resolver, zeroAddress, stakes, DEADLINE)
  const participants = [keys[0].address, keys[1].address] as const
  const fixedPart = { participants, channelNonce, appDefinition, challengeDuration: 900 }
  const terms: AppTerms = { fixedPart, asset: zeroAddress, stake0, stake1, deadline: DEADLINE }
  const stateAt = async (turnNum: number, has0: bigint, signers: readonly number[], isFinal = false) => {
    const allocations = [has0, 100n - has0].map((amount, side) => ({
      destination: (side === 0 ? stake0 : stake1).destination,
      amount,
      allocationType: 0,
      metadata: '0x' as Hex,
    }))
    const outcome = [{ asset: zeroAddress, assetMetadata: { assetType: 0, metadata: '0x' as Hex }, allocations }]
    const variablePart: VariablePart = { outcome, appData: '0x', turnNum, isFinal }
    const hash = appStateHash(fixedPart, variablePart)
    const sigs = await Promise.all(signers.map((signer) => apps.playerSignature(keys[signer === 0 ? 0 : 1], hash)))
    return { variablePart, sigs }
  }
  const [one, two, three] = [await stateAt(1, 50n, [1]), await stateAt(2, 40n, [0]), await stateAt(3, 40n, [1])]
  note('AppResolver.challenge', await apps.challenge(a, resolver, terms, keys[0], [one], two))
  note('AppResolver.checkpoint', await apps.checkpoint(a, resolver, terms, [two], three))
  expect((await apps.stateOf(a, resolver, terms)).turnNum === 3, 'the newest turn counts')
  expect((await apps.payout(a, resolver, terms, 0)) === undefined, 'nothing is final')
  note('AppResolver.conclude', await apps.conclude(a, resolver, terms, await stateAt(4, 30n, [0, 1], true)))
  expect((await apps.payout(a, resolver, terms, 0)) === 20n, 'player 0 lost 20')
  expect((await apps.idOf(a, resolver, terms)).length === 66, 'an id')
}

export async function playVault(stage: Stage): Promise<void> {
  const { a, deploy, note, keys, sluice } = stage
  const vault = await deploy(assetVaultAbi, assetVaultBytecode, [sluice])
  const [paintings, cards] = [
    await stage.deployMock('Collections.sol', 'Paintings'),
    await stage.deployMock('Collections.sol', 'Cards'),
  ]
  const abi = parseAbi([
    'function mint(address, uint256)',
    'function mint(address, uint256, uint256)',
    'function burn(uint256)',
  ])
  const { address } = keys[0]
  for (const tokenId of [7n, 8n]) {
    await mined(a, await a.writeContract({ address: paintings, abi, functionName: 'mint', args: [address, tokenId] }))
  }
  for (const tokenId of [3n, 4n]) {
    await mined(a, await a.writeContract({ address: cards, abi, functionName: 'mint', args: [address, tokenId, 100n] }))
  }
  const receipt = await vaults.receiptOf(a, vault, paintings, 7n)
  const channel = stage.channel(receipt)
  note('AssetVault.onERC721Received', await vaults.onERC721Received(a, vault, paintings, 7n, channel))
  expect((await vaults.assetOf(a, vault, receipt)).tokenId === 7n, 'the receipt stands for 7')
  expect((await vaults.asset(a, receipt)).tokenId === 7n, 'and says so')
  note('AssetVault.onERC1155Received', await vaults.onERC1155Received(a, vault, cards, 3n, 5n))
  note('AssetVault.onERC1155BatchReceived', await vaults.onERC1155BatchReceived(a, vault, cards, [3n, 4n], [1n, 1n]))
  const ofCards = await a.readContract({
    address: vault,
    abi: assetVaultAbi,
    functionName: 'receiptOf',
    args: [1, cards, 3n],
  })
  note('AssetVault.unwrap', await vaults.unwrap(a, vault, ofCards, 2n, address))
  const second = stage.channel(await vaults.receiptOf(a, vault, paintings, 8n))
  await vaults.onERC721Received(a, vault, paintings, 8n, second)
  await mined(a, await a.writeContract({ address: paintings, abi, functionName: 'burn', args: [8n] }))
  note('AssetVault.retire', await vaults.retire(a, vault, paintings, 8n))
  expect((await vaults.sluice(a, vault)).toLowerCase() === sluice.toLowerCase(), 'the vault knows its contract')
  expect((await vaults.receiptCode(a, vault)) !== receipt, 'receipts are proxies')
  expect(await vaults.supportsInterface(a, vault), 'the vault takes tokens')
}
