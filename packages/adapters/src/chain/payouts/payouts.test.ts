import { sluiceAbi } from '@sluice/contracts'
import type { Chain, ChainCall } from '@sluice/engine'
import { type Address, type ChannelTerms, type Hex, NATIVE_TOKEN, type PartyIndex } from '@sluice/protocol'
import { decodeFunctionResult, encodeFunctionData, parseTransaction } from 'viem'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalChain, startLocalChain } from '../../local-chain/index.ts'
import { compile } from '../testing/compile.ts'
import { hostileCode, hostileKinds, placeHostile } from '../testing/hostile.ts'
import { answerOf, startRpcProxy } from '../testing/rpc-proxy.ts'
import { deployToken, tokenBalance } from '../testing/token.ts'
import { createTwoParties, execute, lockedVoucher, newNonce, noLocks, type TwoParties } from '../testing/two-parties.ts'
import type { PayingCall } from './payees.ts'

let local: LocalChain
let parties: TwoParties
beforeEach(async () => {
  local = await startLocalChain()
  parties = await createTwoParties(local)
})
afterEach(async () => {
  await Promise.all([parties.a.chain.stop(), parties.b.chain.stop()])
  await local.stop()
})

const HONEST: Address = `0x${'600d'.repeat(10)}`
const PLAIN: Address = `0x${'600e'.repeat(10)}`
const DEADLINE = 4_000_000_000n
/** Says yes to everything, and burns a million gas first. */
const GREEDY_TOKEN = `
  // SPDX-License-Identifier: MIT
  pragma solidity ^0.8.28;
  contract Greedy {
    fallback(bytes calldata) external returns (bytes memory) {
      for (uint256 left = gasleft(); left - gasleft() < 1000000; ) { }
      return abi.encode(true);
    }
  }`

interface Sent {
  readonly success: boolean
  readonly gasUsed: bigint
  readonly gasLimit: bigint
}

/** Prepares, sends, mines. */
async function send(chain: Chain, call: ChainCall, beforeMining: () => unknown = () => {}): Promise<Sent> {
  const prepared = await chain.prepare(call)
  await beforeMining()
  await chain.broadcast(prepared)
  await local.mine()
  const status = await chain.status(prepared)
  const receipt = await local.rpc<{ gasUsed: Hex }>('eth_getTransactionReceipt', prepared.hash)
  const { gas } = await local.rpc<{ gas: Hex }>('eth_getTransactionByHash', prepared.hash)
  const success = status.status === 'included' && status.success
  return { success, gasUsed: BigInt(receipt.gasUsed), gasLimit: BigInt(gas) }
}

const balanceOf = async (account: Address) => BigInt(await local.rpc<Hex>('eth_getBalance', account, 'latest'))

async function creditOf(account: Address, token: Address): Promise<bigint> {
  const data = encodeFunctionData({ abi: sluiceAbi, functionName: 'creditOf', args: [account, token] })
  const answer = await local.rpc<Hex>('eth_call', { to: local.deployed.contract, data }, 'latest')
  return decodeFunctionResult({ abi: sluiceAbi, functionName: 'creditOf', data: answer })
}

/** A channel with 1,000 of a, whose account is given, and 500 of b, whose account is honest. */
async function openWith(account: Address): Promise<ChannelTerms> {
  const { a, b } = parties
  const terms: ChannelTerms = {
    ...parties.terms,
    a: { account, signer: a.signer.address },
    b: { account: HONEST, signer: b.signer.address },
    nonce: newNonce(),
  }
  await send(a.chain, { type: 'deposit', terms, party: 0, amount: 1_000n })
  await send(b.chain, { type: 'deposit', terms, party: 1, amount: 500n })
  return terms
}

const bothSign = (digest: Hex) => [parties.a.signer.sign(digest), parties.b.signer.sign(digest)] as const

function withdraw(terms: ChannelTerms, party: PartyIndex, total: bigint): PayingCall {
  const withdrawal = { channelId: parties.digests.channelId(terms), party, total, deadline: DEADLINE }
  return { type: 'withdraw', terms, withdrawal, signatures: bothSign(parties.digests.withdrawal(withdrawal)) }
}

function close(terms: ChannelTerms): PayingCall {
  const agreed = { channelId: parties.digests.channelId(terms), from: 0, amount: 50n, deadline: DEADLINE } as const
  return { type: 'close', terms, close: agreed, signatures: bothSign(parties.digests.close(agreed)) }
}

/** Brings a channel to where it can be settled, with a lock of 300 of a, decided for 120, in its lane. */
async function dispute(terms: ChannelTerms): Promise<{ readonly settle: PayingCall; readonly unlock: PayingCall }> {
  const { a, b, digests } = parties
  const path = [a.signer.address, b.signer.address]
  const virtual = { path, token: terms.token, capacity: 300n, disputeWindow: 60, nonce: newNonce() }
  const channelId = digests.channelId(terms)
  const { signed, locks, proof } = lockedVoucher({ ...parties, terms, channelId }, 0, 100n, virtual)
  await send(b.chain, { type: 'startClose', terms, voucher: signed })
  const virtualId = digests.virtualId(virtual)
  const voucher = { virtualId, amount: 120n, tickAnchor: noLocks.locksRoot, tickValue: 0n, tickCount: 0 }
  const redeemed = { voucher, signature: a.signer.sign(digests.voucher(voucher)) }
  await send(b.chain, { type: 'redeem', terms: virtual, signed: redeemed })
  await local.rpc('evm_increaseTime', 120)
  await local.mine()
  return {
    settle: { type: 'settle', terms, locks: [locks, noLocks] },
    unlock: { type: 'unlock', terms, lane: 0, locked: 300n, locks: [proof] },
  }
}

/** Sends a call, which goes through. Returns the gas that it used. */
async function pay(chain: Chain, call: PayingCall): Promise<bigint> {
  const { success, gasUsed } = await send(chain, call)
  expect(success, call.type).toBe(true)
  return gasUsed
}

/** What each call that pays costs, made from one side on channels in which a has the account. */
async function payAll(account: Address, chain: Chain): Promise<Readonly<Record<string, bigint>>> {
  const together = await openWith(account)
  const alone = await openWith(account)
  const withdrawn = await pay(chain, withdraw(together, 0, 100n))
  const closed = await pay(chain, close(together))
  const { settle, unlock } = await dispute(alone)
  const settled = await pay(chain, settle)
  return { withdrawn, closed, settled, unlocked: await pay(chain, unlock) }
}

/** What a and b get of both channels: 950 and 550 of the one, 780 and 720 of the other. */
const SHARE_OF_A = 950n + 780n
const SHARE_OF_B = 550n + 720n

describe.each([
  ['of the other party', 'b'],
  ['of this side itself', 'a'],
] as const)('an account %s that', (_whose, side) => {
  it.each(hostileKinds)(
    'is a %s loses nobody any money, and costs at most two and a half times the gas',
    async (kind) => {
      const { chain } = parties[side]
      const plain = await payAll(PLAIN, chain)
      const before = await balanceOf(HONEST)
      const account = await placeHostile(local, kind)
      const cost = await payAll(account, chain)
      expect((await balanceOf(HONEST)) - before).toBe(SHARE_OF_B)
      expect((await balanceOf(account)) + (await creditOf(account, NATIVE_TOKEN))).toBe(SHARE_OF_A)
      expect(await balanceOf(local.deployed.contract)).toBe(await creditOf(account, NATIVE_TOKEN))
      for (const [call, gas] of Object.entries(cost)) expect(gas, call).toBeLessThan(((plain[call] ?? 0n) * 5n) / 2n)
    },
  )
})

describe('an account that changes its mind between simulation and block', () => {
  const changing = async (account: Address) => local.rpc('anvil_setCode', account, hostileCode('Burner'))

  it.each(['close', 'settle'] as const)('does not hold up a %s, and has its money credited', async (type) => {
    const { chain } = parties.b
    const terms = await openWith(PLAIN)
    const call = type === 'close' ? close(terms) : (await dispute(terms)).settle
    const first = await send(chain, call, () => changing(PLAIN))
    expect(first.success).toBe(true)
    expect(first.gasLimit).toBeLessThan(300_000n)
    const owed = { close: [950n, 550n], settle: [600n, 600n] }[type]
    expect([await creditOf(PLAIN, NATIVE_TOKEN), await balanceOf(HONEST)]).toEqual(owed)
  })

  it('is not tried again in that channel, whatever it does when it is simulated, and is in another', async () => {
    const { chain } = parties.b
    const terms = await openWith(PLAIN)
    const other = await openWith(PLAIN)
    const { settle, unlock } = await dispute(terms)
    await send(chain, settle, () => changing(PLAIN))
    await local.rpc('anvil_setCode', PLAIN, '0x')
    const before = await creditOf(PLAIN, NATIVE_TOKEN)
    await pay(chain, unlock)
    expect(await creditOf(PLAIN, NATIVE_TOKEN)).toBe(before + 180n)
    await pay(chain, close(other))
    expect(await balanceOf(PLAIN)).toBe(950n)
  })
})

describe('an honest account', () => {
  /** Takes money by a call to another contract's code, writes a word and logs. */
  const WALLET = `
    // SPDX-License-Identifier: MIT
    pragma solidity ^0.8.28;
    contract Wallet {
      uint256 private received;
      event Received(uint256 amount);
      fallback() external payable { received += msg.value; emit Received(msg.value); }
    }`

  it('is paid by push, also where it is a wallet that writes and logs', async () => {
    const { chain } = parties.b
    await local.rpc('anvil_setCode', PLAIN, compile(WALLET, 'Wallet').runtime)
    await payAll(PLAIN, chain)
    expect([await balanceOf(PLAIN), await balanceOf(HONEST)]).toEqual([SHARE_OF_A, SHARE_OF_B])
  })

  it('is paid by push in a token', async () => {
    const { a, b } = parties
    const token = await deployToken(local, a.signer.address)
    const terms = { ...(await openWith(PLAIN)), token }
    await execute(local, a.chain, { type: 'deposit', terms, party: 0, amount: 1_000n })
    await pay(b.chain, close(terms))
    expect([await tokenBalance(local, token, PLAIN), await tokenBalance(local, token, HONEST)]).toEqual([950n, 50n])
  })
})

describe('the gas of a call', () => {
  it('follows the chain, where the same work takes another amount of it', async () => {
    const scale = 70n
    const dear = await startRpcProxy(async (body, _request, response) => {
      const answer = await answerOf(local.url, body)
      const { method } = JSON.parse(body) as { method: string }
      const { result, ...rest } = JSON.parse(answer) as { result?: Hex }
      const isGas = method === 'eth_estimateGas' && result !== undefined
      const changed = isGas ? JSON.stringify({ ...rest, result: `0x${(BigInt(result) * scale).toString(16)}` }) : answer
      response.setHeader('content-type', 'application/json').end(changed)
    })
    try {
      const chain = await parties.open(parties.b.signer, { url: dear.url })
      const terms = await openWith(PLAIN)
      const here = await parties.b.chain.prepare(close(terms))
      const there = await chain.prepare(close(terms))
      const gasOf = ({ raw }: { readonly raw: Hex }) => parseTransaction(raw).gas ?? 0n
      expect(gasOf(there)).toBeGreaterThan((gasOf(here) * scale * 9n) / 10n)
      expect(gasOf(there)).toBeLessThan((gasOf(here) * scale * 11n) / 10n)
      await chain.stop()
    } finally {
      await dear.stop()
    }
  })

  it('is bounded where a token burns it', async () => {
    const { a, terms } = parties
    const token: Address = `0x${'7e'.repeat(20)}`
    await local.rpc('anvil_setCode', token, compile(GREEDY_TOKEN, 'Greedy').runtime)
    const deposit = a.chain.prepare({ type: 'deposit', terms: { ...terms, token }, party: 0, amount: 5n })
    await expect(deposit).rejects.toThrow(expect.objectContaining({ code: 'CHAIN_GAS_TOO_HIGH' }))
  })

  it('has to be there for a push, so that an empty purse is not taken for an account that refuses', async () => {
    const { b } = parties
    const terms = await openWith(PLAIN)
    const call = close(terms)
    const { gas = 0n, maxFeePerGas = 0n } = parseTransaction((await b.chain.prepare(call)).raw)
    const purse = (gas * maxFeePerGas * 3n) / 4n
    await local.rpc('anvil_setBalance', b.signer.address, `0x${purse.toString(16)}`)
    await expect(b.chain.prepare(call)).rejects.toThrow(expect.objectContaining({ code: 'CHAIN_FUNDS_TOO_LOW' }))
  })
})

it('names of whom it did not pay by push, and why', async () => {
  const told: [event: string, values: unknown][] = []
  const silent = () => {}
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (...said: [string, unknown?]) => told.push([said[0], said[1]]),
  }
  const chain = await parties.open(parties.b.signer, { log })
  const account = await placeHostile(local, 'TwoFaced')
  const terms = await openWith(account)
  await pay(chain, close(terms))
  expect(told).toContainEqual(['payout.refused', expect.objectContaining({ call: 'close', accounts: [account] })])
  await chain.stop()
})
