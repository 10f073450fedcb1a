import { type ChannelTerms, channelIdOf, sluiceAbi } from '@sluice/contracts'
import type { Address, LocalAccount } from 'viem'
import { type Client, compact, domainOf, mined, PUSH, signedTypes } from './setup.ts'

/** Pays a what both agree that it will have withdrawn in all. */
export async function withdraw(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  [a, b]: readonly [LocalAccount, LocalAccount],
  total: bigint,
) {
  const domain = domainOf(client, sluice)
  const message = { channelId: channelIdOf(terms, domain), party: 0, total, deadline: 4_000_000_000n } as const
  const toSign = { domain, types: signedTypes, primaryType: 'Withdrawal', message } as const
  const signatures = [compact(await a.signTypedData(toSign)), compact(await b.signTypedData(toSign))] as const
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'withdraw',
    args: [terms, message.party, total, message.deadline, ...signatures, PUSH],
  })
  return mined(client, hash)
}

/** Ends a channel at what both agree that a owes b. */
export async function close(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  [a, b]: readonly [LocalAccount, LocalAccount],
  amount: bigint,
) {
  const domain = domainOf(client, sluice)
  const message = { channelId: channelIdOf(terms, domain), from: 0, amount, deadline: 4_000_000_000n } as const
  const toSign = { domain, types: signedTypes, primaryType: 'Close', message } as const
  const signatures = [compact(await a.signTypedData(toSign)), compact(await b.signTypedData(toSign))] as const
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'close',
    args: [terms, message.from, amount, message.deadline, ...signatures, PUSH],
  })
  return mined(client, hash)
}
