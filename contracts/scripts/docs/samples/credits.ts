import { sluiceAbi } from '@sluice/contracts'
import { type Address, type LocalAccount, zeroAddress } from 'viem'
import { type Client, domainOf, mined, signedTypes } from './setup.ts'

/** Tries again to pay an account its credit in the native token. */
export async function pushCredit(client: Client, sluice: Address, account: Address) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'pushCredit', args: [account, zeroAddress] } as const
  return mined(client, await client.writeContract(call))
}

/** Pays a part of the sender's credit in the native token to somebody else. */
export async function redirectCredit(client: Client, sluice: Address, to: Address, amount: bigint) {
  const args = [zeroAddress, to, amount] as const
  return mined(
    client,
    await client.writeContract({ address: sluice, abi: sluiceAbi, functionName: 'redirectCredit', args }),
  )
}

/** The same for an account that has no gas: it signs, and the sender brings the signature. */
export async function redirectCreditFor(
  client: Client,
  sluice: Address,
  account: LocalAccount,
  to: Address,
  amount: bigint,
) {
  const read = { address: sluice, abi: sluiceAbi, functionName: 'redirectNonce', args: [account.address] } as const
  const nonce = await client.readContract(read)
  const redirect = {
    account: account.address,
    token: zeroAddress,
    to,
    amount,
    nonce,
    deadline: 4_000_000_000n,
  } as const
  const domain = domainOf(client, sluice)
  const toSign = { domain, types: signedTypes, primaryType: 'CreditRedirect', message: redirect } as const
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'redirectCreditFor',
    args: [redirect, await account.signTypedData(toSign)],
  })
  return mined(client, hash)
}

/** Takes back what the sender signed with its current nonce. */
export async function cancelRedirect(client: Client, sluice: Address) {
  const read = {
    address: sluice,
    abi: sluiceAbi,
    functionName: 'redirectNonce',
    args: [client.account.address],
  } as const
  const nonce = await client.readContract(read)
  const call = { address: sluice, abi: sluiceAbi, functionName: 'cancelRedirect', args: [nonce] } as const
  return mined(client, await client.writeContract(call))
}
