import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalChain, startLocalChain } from '../local-chain/index.ts'
import { findCreation } from './creation.ts'
import { openRpc } from './rpc/rpc.ts'
import { startTestEndpoint } from './testing/endpoint/endpoint.ts'
import { ScriptedChain } from './testing/endpoint/scripted-chain.ts'
import { Failure } from './testing/endpoint/wire.ts'

const contract = '0x00000000000000000000000000000000005100ce' as const
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A chain of so many heights, on which the contract was made at one; states below another one are gone. */
async function open(heights: number, created: number, kept = 0) {
  const chain = new ScriptedChain(contract, {
    eth_getCode: ([, of]) => {
      if (Number(of) < kept) throw new Failure(1, 'bad tipset height: lookbacks of more than 16h40m0s are disallowed')
      return Number(of) >= created ? '0x6001' : '0x'
    },
  })
  chain.pushAll(0, heights)
  const endpoint = await startTestEndpoint({ source: chain })
  const rpc = openRpc(endpoint.url)
  cleanups.push(
    () => endpoint.stop(),
    () => rpc.close(),
  )
  return { rpc, endpoint }
}

describe('the block of the contract’s creation', () => {
  it.each([0, 1, 2, 17, 1_500, 2_999, 3_000])('is found at %s, in few questions', async (created) => {
    const { rpc, endpoint } = await open(3_000, created)
    expect(await findCreation(rpc, contract)).toBe(BigInt(created))
    expect(endpoint.asked.length).toBeLessThan(90)
  })

  it('is taken for the first where old states are gone, as nothing says that it was not', async () => {
    const { rpc } = await open(3_000, 1_000, 2_000)
    expect(await findCreation(rpc, contract)).toBe(0n)
  })

  it('is found where the states that tell are there', async () => {
    const { rpc } = await open(3_000, 2_700, 2_000)
    expect(await findCreation(rpc, contract)).toBe(2_700n)
  })
})

describe('on a real chain', () => {
  let local: LocalChain
  beforeEach(async () => {
    local = await startLocalChain()
    cleanups.push(() => local.stop())
  })

  it('is the block that has the transaction', async () => {
    await local.mine(40)
    const rpc = openRpc(local.url)
    cleanups.push(() => rpc.close())
    expect(await findCreation(rpc, local.deployed.contract)).toBe(local.deployed.created?.block)
  })
})
