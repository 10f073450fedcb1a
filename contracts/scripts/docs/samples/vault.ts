import { type ChannelTerms, sluiceAbi } from '@sluice/contracts'
import { assetVaultAbi, receiptAbi } from '@sluice/contracts/vault'
import { type Address, encodeAbiParameters, type Hex, parseAbi } from 'viem'
import { type Client, mined } from './setup.ts'

/** The collections' own calls that bring tokens to the vault. */
const collectionAbi = parseAbi([
  'function safeTransferFrom(address from, address to, uint256 tokenId, bytes data)',
  'function safeTransferFrom(address from, address to, uint256 tokenId, uint256 amount, bytes data)',
  'function safeBatchTransferFrom(address from, address to, uint256[] tokenIds, uint256[] amounts, bytes data)',
])

/** What the vault reads from a transfer's data: the channel that the receipts go into, and for which party. */
export function intoChannel(terms: ChannelTerms, party: 0 | 1): Hex {
  const deposit = sluiceAbi.find((item) => item.type === 'function' && item.name === 'depositWithValue')
  if (deposit?.type !== 'function') throw new Error('the ABI has no deposits')
  return encodeAbiParameters(deposit.inputs, [terms, party] as never)
}

/** Sends an ERC-721 token to the vault, which puts its receipt into a channel in the same call. Data of `0x` gives it to the sender. */
export async function onERC721Received(
  client: Client,
  vault: Address,
  collection: Address,
  tokenId: bigint,
  terms: ChannelTerms,
) {
  const args = [client.account.address, vault, tokenId, intoChannel(terms, 0)] as const
  const call = { address: collection, abi: collectionAbi, functionName: 'safeTransferFrom', args } as const
  return mined(client, await client.writeContract(call))
}

/** Sends some of an ERC-1155 token to the vault, for receipts that the sender gets. */
export async function onERC1155Received(
  client: Client,
  vault: Address,
  collection: Address,
  tokenId: bigint,
  amount: bigint,
) {
  const args = [client.account.address, vault, tokenId, amount, '0x'] as const
  const call = { address: collection, abi: collectionAbi, functionName: 'safeTransferFrom', args } as const
  return mined(client, await client.writeContract(call))
}

/** Sends some of several ERC-1155 tokens to the vault. */
export async function onERC1155BatchReceived(
  client: Client,
  vault: Address,
  collection: Address,
  tokenIds: readonly bigint[],
  amounts: readonly bigint[],
) {
  const args = [client.account.address, vault, tokenIds, amounts, '0x'] as const
  const call = { address: collection, abi: collectionAbi, functionName: 'safeBatchTransferFrom', args } as const
  return mined(client, await client.writeContract(call))
}

/** Takes a token out for receipts that the sender holds. */
export async function unwrap(client: Client, vault: Address, receipt: Address, amount: bigint, to: Address) {
  const call = { address: vault, abi: assetVaultAbi, functionName: 'unwrap', args: [receipt, amount, to] } as const
  return mined(client, await client.writeContract(call))
}

/** Retires the receipts for an ERC-721 token that its collection took back. */
export async function retire(client: Client, vault: Address, collection: Address, tokenId: bigint) {
  const call = { address: vault, abi: assetVaultAbi, functionName: 'retire', args: [collection, tokenId] } as const
  return mined(client, await client.writeContract(call))
}

/** The token for a channel's terms in which an ERC-721 token (standard 0) is to change hands; 1 stands for ERC-1155. */
export const receiptOf = (client: Client, vault: Address, collection: Address, tokenId: bigint) =>
  client.readContract({ address: vault, abi: assetVaultAbi, functionName: 'receiptOf', args: [0, collection, tokenId] })

/** Which token a receipt stands for. */
export const assetOf = (client: Client, vault: Address, receipt: Address) =>
  client.readContract({ address: vault, abi: assetVaultAbi, functionName: 'assetOf', args: [receipt] })

/** Which Sluice contract tokens can be sent straight into. */
export const sluice = (client: Client, vault: Address) =>
  client.readContract({ address: vault, abi: assetVaultAbi, functionName: 'sluice' })

/** The code behind all receipts. */
export const receiptCode = (client: Client, vault: Address) =>
  client.readContract({ address: vault, abi: assetVaultAbi, functionName: 'receiptCode' })

/** Whether the vault takes ERC-721 tokens. */
export const supportsInterface = (client: Client, vault: Address) =>
  client.readContract({ address: vault, abi: assetVaultAbi, functionName: 'supportsInterface', args: ['0x150b7a02'] })

/** Which token a receipt stands for, asked of the receipt itself. Its other calls are those of any ERC-20. */
export const asset = (client: Client, receipt: Address) =>
  client.readContract({ address: receipt, abi: receiptAbi, functionName: 'asset' })
