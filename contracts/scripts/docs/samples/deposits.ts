import {
  authorizationToSign,
  type ChannelTerms,
  permit2ToSign,
  permitOf,
  permitToSign,
  sluiceAbi,
  type TokenDomain,
} from '@sluice/contracts'
import { type Account, type Address, type Hex, parseAbi, parseEther } from 'viem'
import { type Client, mined } from './setup.ts'

/** Deposits one coin of the native token for a. */
export async function depositWithValue(client: Client, sluice: Address, terms: ChannelTerms) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'depositWithValue', args: [terms, 0] } as const
  return mined(client, await client.writeContract({ ...call, value: parseEther('1') }))
}

/** Allows the contract to pull an amount of the channel's token, then deposits it for a. */
export async function depositWithAllowance(client: Client, sluice: Address, terms: ChannelTerms, amount: bigint) {
  const abi = parseAbi(['function approve(address spender, uint256 amount) returns (bool)'])
  const approve = { address: terms.token, abi, functionName: 'approve', args: [sluice, amount] } as const
  await mined(client, await client.writeContract(approve))
  const args = [terms, 0, amount] as const
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'depositWithAllowance',
    args,
  })
  return mined(client, hash)
}

/** Deposits for a by a permit that the sender signs, in one transaction. */
export async function depositWithPermit(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  amount: bigint,
  tokenDomain: TokenDomain,
  nonce: bigint,
  deadline: bigint,
) {
  const target = { chainId: client.chain.id, verifyingContract: sluice, terms, party: 0 } as const
  const owner = client.account.address
  const toSign = permitToSign(target, { tokenDomain, owner, amount, nonce, deadline })
  const permit = permitOf(deadline, await client.signTypedData(toSign))
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'depositWithPermit',
    args: [terms, 0, amount, permit],
  })
  return mined(client, hash)
}

/** Brings a payer's signed EIP-3009 authorization: a deposit for a whose gas the sender pays. */
export async function depositWithAuthorization(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  payer: Account & { signTypedData: NonNullable<Account['signTypedData']> },
  value: bigint,
  tokenDomain: TokenDomain,
  salt: Hex,
) {
  const target = { chainId: client.chain.id, verifyingContract: sluice, terms, party: 0 } as const
  const authorization = { from: payer.address, value, validAfter: 0n, validBefore: 4_000_000_000n, salt }
  const signature = await payer.signTypedData(authorizationToSign(target, tokenDomain, authorization))
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'depositWithAuthorization',
    args: [terms, 0, { ...authorization, signature }],
  })
  return mined(client, hash)
}

/** Brings a payer's signed Permit2 transfer, for a payer who approved the token to Permit2 once. */
export async function depositWithPermit2(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  payer: Account & { signTypedData: NonNullable<Account['signTypedData']> },
  amount: bigint,
  nonce: bigint,
) {
  const target = { chainId: client.chain.id, verifyingContract: sluice, terms, party: 0 } as const
  const transfer = { from: payer.address, amount, nonce, deadline: 4_000_000_000n }
  const signature = await payer.signTypedData(permit2ToSign(target, transfer))
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'depositWithPermit2',
    args: [terms, 0, { ...transfer, signature }],
  })
  return mined(client, hash)
}
