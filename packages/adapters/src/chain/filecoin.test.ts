import { type Address, type ChannelTerms, NATIVE_TOKEN } from '@sluice/protocol'
import { afterEach, expect, it } from 'vitest'
import { refuseMasked, resolveAccount } from './filecoin.ts'
import { openRpc } from './rpc/rpc.ts'
import { type RpcProxy, startRpcProxy } from './testing/rpc-proxy.ts'

const masked = (id: bigint): Address => `0xff${id.toString(16).padStart(38, '0')}`

/** What actors of a Filecoin network are, by id: an Ethereum account, a multisig, and an account as older nodes tell it. */
const actors: Readonly<Record<string, object>> = {
  f01001: { DelegatedAddress: 'f410fzsusgohpsu24w5svz7bupq3n2ttpgzr7s5jap4i' },
  f01002: { DelegatedAddress: null },
  f01003: { Address: 't410fzsusgohpsu24w5svz7bupq3n2ttpgzr7s5jap4i' },
}
const ADDRESS = '0xccA92338Ef9535cB7655CfC347c36dd4E6F3663f'

let node: RpcProxy | undefined
const asked: string[] = []
afterEach(async () => {
  await node?.stop()
  node = undefined
  asked.length = 0
})

/** A node that answers as Lotus does. */
async function startNode(chainId: bigint): Promise<string> {
  node = await startRpcProxy((body, _request, response) => {
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: readonly string[] }
    asked.push(method)
    const actor = actors[params[0] ?? '']
    const answers: Readonly<Record<string, object>> = {
      eth_chainId: { result: `0x${chainId.toString(16)}` },
      'Filecoin.StateGetActor':
        actor === undefined ? { error: { code: 1, message: 'actor not found' } } : { result: actor },
      'Filecoin.FilecoinAddressToEthAddress': { result: ADDRESS },
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answers[method] }))
  })
  return node.url
}

it('names an Ethereum account on Filecoin by its address, whatever the age of the node', async () => {
  const url = await startNode(314n)
  expect(await resolveAccount(url, masked(1001n))).toBe(ADDRESS.toLowerCase())
  expect(await resolveAccount(url, masked(1003n))).toBe(ADDRESS.toLowerCase())
})

it('leaves native actors their only name', async () => {
  expect(await resolveAccount(await startNode(314159n), masked(1002n))).toBe(masked(1002n))
})

it('asks nobody about other addresses, and of other chains only who they are', async () => {
  const url = await startNode(1n)
  for (const account of [ADDRESS.toLowerCase(), `0xff${'0'.repeat(20)}1${'0'.repeat(17)}`] as const) {
    expect(await resolveAccount(url, account as Address)).toBe(account)
  }
  expect(asked).toEqual([])
  expect(await resolveAccount(url, masked(1001n))).toBe(masked(1001n))
  expect(asked).toEqual(['eth_chainId'])
})

it('refuses to guess about an actor that the node does not know', async () => {
  const resolved = resolveAccount(await startNode(314n), masked(9_999n))
  await expect(resolved).rejects.toThrow(expect.objectContaining({ code: 'CHAIN_RPC_FAILED' }))
})

it('lets nobody deposit into a channel whose terms name such an account by its id', async () => {
  const url = await startNode(314n)
  const named = (account: Address): ChannelTerms => ({
    a: { account, signer: `0x${'1'.repeat(40)}` },
    b: { account: masked(1002n), signer: `0x${'2'.repeat(40)}` },
    token: NATIVE_TOKEN,
    disputeWindow: 60,
    nonce: 1n,
  })
  const rpc = openRpc(url)
  await refuseMasked(rpc, 314n, named(masked(1002n)))
  await refuseMasked(rpc, 1n, named(masked(1001n)))
  const refused = refuseMasked(rpc, 314n, named(masked(1001n)))
  await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'CHAIN_ACCOUNT_MASKED' }))
  await expect(refused).rejects.toThrow(ADDRESS.toLowerCase())
  await rpc.close()
})
