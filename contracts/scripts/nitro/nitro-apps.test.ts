import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  encodeAbiParameters,
  type Hex,
  type LocalAccount,
  parseAbiParameters,
  parseSignature,
  sha256,
  toHex,
  zeroAddress,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { appResolverAbi } from '../../abi/app-resolver-abi.ts'
import {
  type AppTerms,
  appChallengeHash,
  appChannelId,
  appChannelNonce,
  appStateHash,
  type VariablePart,
} from '../../src-ts/app-channel.ts'
import { type Bench, type NitroApp, startBench } from './bench.ts'
import { cast, deposit, openHops, settleHop, unlockHop } from './hops.ts'

const { player0, player1, hub } = cast
const answerTime = 600
const padded = (address: Address): Hex => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`

interface Signature {
  readonly v: number
  readonly r: Hex
  readonly s: Hex
}

interface Signed {
  readonly variablePart: VariablePart
  readonly sigs: readonly Signature[]
}

// real blocks on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 })

let bench: Bench

beforeAll(async () => {
  bench = await startBench()
}, 120_000)

afterAll(() => bench.stop())

// ---- an app channel and its states ----

let made = 0

/** Player 0 put in 60, player 1 put in 40. Each is of its own deadline, and so of its own id. */
async function termsOf(app: NitroApp, lifetime = 50_000): Promise<AppTerms> {
  const deadline = (await bench.now()) + lifetime + made++
  const stake0 = { destination: padded(player0.signer.address), amount: 60n }
  const stake1 = { destination: padded(player1.signer.address), amount: 40n }
  const asset = zeroAddress
  const { resolver } = bench
  const channelNonce = appChannelNonce({ chainId: 314n, resolver, asset, stake0, stake1, deadline })
  const participants = [player0.signer.address, player1.signer.address] as const
  const appDefinition = bench.appOf(app)
  const fixedPart = { participants, channelNonce, appDefinition, challengeDuration: answerTime }
  return { fixedPart, asset, stake0, stake1, deadline }
}

function stateOf(terms: AppTerms, turnNum: number, has0: bigint, appData: Hex = '0x', isFinal = false): VariablePart {
  const { asset, stake0, stake1 } = terms
  const allocations = [
    { destination: stake0.destination, amount: has0, allocationType: 0, metadata: '0x' },
    { destination: stake1.destination, amount: 100n - has0, allocationType: 0, metadata: '0x' },
  ] as const
  return {
    outcome: [{ asset, assetMetadata: { assetType: 0, metadata: '0x' }, allocations }],
    appData,
    turnNum,
    isFinal,
  }
}

async function personalSign(signer: LocalAccount, hash: Hex): Promise<Signature> {
  const { r, s, v } = parseSignature(await signer.signMessage({ message: { raw: hash } }))
  return { r, s, v: Number(v) }
}

async function signedBy(terms: AppTerms, variablePart: VariablePart, ...signers: LocalAccount[]): Promise<Signed> {
  const hash = appStateHash(terms.fixedPart, variablePart)
  return { variablePart, sigs: await Promise.all(signers.map((signer) => personalSign(signer, hash))) }
}

/** Signed by whose turn it is. */
function move(terms: AppTerms, variablePart: VariablePart): Promise<Signed> {
  return signedBy(terms, variablePart, variablePart.turnNum % 2 === 0 ? player0.signer : player1.signer)
}

// ---- calls ----

function call(functionName: 'challenge' | 'checkpoint' | 'conclude', ...args: unknown[]): Promise<void> {
  return bench.send(bench.resolver, appResolverAbi, functionName, args)
}

async function challenge(terms: AppTerms, proof: Signed[], candidate: Signed, by: LocalAccount): Promise<void> {
  const hash = appChallengeHash(appStateHash(terms.fixedPart, candidate.variablePart))
  await call('challenge', terms, proof, candidate, await personalSign(by, hash))
}

async function payouts(terms: AppTerms): Promise<readonly (readonly [boolean, bigint])[]> {
  const ask = (side: number) =>
    bench.client.readContract({
      address: bench.resolver,
      abi: appResolverAbi,
      functionName: 'payout',
      args: [appChannelId(terms), side],
    })
  return [await ask(0), await ask(1)]
}

/** Runs `play` over two funded hops with both stakes locked, pays everything out, and says what everybody gained or lost. */
async function gains(terms: AppTerms, play: () => Promise<void>): Promise<Record<keyof typeof cast, bigint>> {
  const members = Object.entries(cast) as [keyof typeof cast, (typeof cast)[keyof typeof cast]][]
  const before = await Promise.all(members.map(([, { account: address }]) => bench.client.getBalance({ address })))
  const hops = await openHops(bench, BigInt(terms.deadline))
  for (const hop of hops) await settleHop(bench, hop, terms)
  await play()
  for (const hop of hops) await unlockHop(bench, hop, terms)
  expect(await bench.client.getBalance({ address: bench.sluice })).toBe(0n)
  const gained: Record<string, bigint> = {}
  for (const [i, [name, { account: address }]] of members.entries()) {
    const channels = name === 'hub' ? 2n : 1n
    gained[name] = (await bench.client.getBalance({ address })) - (before[i] ?? 0n) - channels * deposit
  }
  return gained as Record<keyof typeof cast, bigint>
}

const counter = (n: number): Hex => encodeAbiParameters(parseAbiParameters('uint256'), [BigInt(n)])

function swapData(h: Hex, preImage: Hex): Hex {
  const parts = parseAbiParameters(['AppData data', 'struct AppData { bytes32 h; bytes preImage; }'])
  return encodeAbiParameters(parts, [{ h, preImage }])
}

const preImage = toHex('open sesame')
const swapStates = (terms: AppTerms, shown: Hex) =>
  Promise.all([
    move(terms, stateOf(terms, 3, 60n, swapData(sha256(preImage), '0x'))),
    move(terms, stateOf(terms, 4, 40n, swapData(sha256(preImage), shown))),
  ])

// ---- tests ----

describe("Nitro's HashLockedSwap", () => {
  it('pays by a last state that both signed', async () => {
    const terms = await termsOf('HashLockedSwap')
    const last = await signedBy(terms, stateOf(terms, 5, 40n, '0x', true), player0.signer, player1.signer)
    const gained = await gains(terms, () => call('conclude', terms, last))
    expect(gained).toEqual({ player0: -20n, hub: 0n, player1: 20n })
  })

  it('pays who is left alone with the preimage, by a challenge', async () => {
    const terms = await termsOf('HashLockedSwap')
    const [before, swapped] = await swapStates(terms, preImage)
    const gained = await gains(terms, async () => {
      await challenge(terms, [before], swapped, player1.signer)
      expect(await payouts(terms)).toEqual([
        [false, 0n],
        [false, 0n],
      ])
      await bench.later(answerTime)
    })
    expect(gained).toEqual({ player0: -20n, hub: 0n, player1: 20n })
  })

  it('takes no wrong preimage, and returns the stakes at the deadline', async () => {
    const terms = await termsOf('HashLockedSwap', 20_000)
    const [before, swapped] = await swapStates(terms, toHex('close sesame'))
    const gained = await gains(terms, async () => {
      await expect(call('checkpoint', terms, [before], swapped)).rejects.toThrow('incorrect preimage')
      await bench.later(terms.deadline - (await bench.now()) + 1)
    })
    expect(gained).toEqual({ player0: 0n, hub: 0n, player1: 0n })
  })
})

describe("Nitro's SingleAssetPayments", () => {
  it('answers an old state by a newer one', async () => {
    const terms = await termsOf('SingleAssetPayments')
    const states = await Promise.all(
      [60n, 70n, 55n, 65n, 65n].map((has0, i) => move(terms, stateOf(terms, 4 + i, has0))),
    )
    const [four, five, six, seven, eight] = states as [Signed, Signed, Signed, Signed, Signed]
    const gained = await gains(terms, async () => {
      await challenge(terms, [five], six, player0.signer)
      await bench.later(answerTime - 10)
      await expect(call('checkpoint', terms, [four], five)).rejects.toThrow('StaleTurn')
      await challenge(terms, [seven], eight, player0.signer)
      await bench.later(answerTime)
    })
    expect(gained).toEqual({ player0: 5n, hub: 0n, player1: -5n })
  })

  it('takes nothing from the player who does not move', async () => {
    const terms = await termsOf('SingleAssetPayments')
    const [before, greedy] = await Promise.all([
      move(terms, stateOf(terms, 5, 60n)),
      move(terms, stateOf(terms, 6, 61n)),
    ])
    await expect(call('checkpoint', terms, [before], greedy)).rejects.toThrow('Nonmover balance decreased')
  })
})

describe("Nitro's CountingApp", () => {
  const states = (terms: AppTerms) =>
    Promise.all([5, 6, 7, 8].map((turn) => move(terms, stateOf(terms, turn, 30n, counter(turn * 10)))))

  it('counts only by ones', async () => {
    const terms = await termsOf('CountingApp')
    const [five, six] = (await states(terms)) as [Signed, Signed]
    await expect(call('checkpoint', terms, [five], six)).rejects.toThrow('Counter must be incremented')
  })

  it('ends at the deadline at the last state shown, though nobody finished it', async () => {
    const terms = await termsOf('CountingApp', 20_000)
    const [five, six] = await Promise.all([5, 6].map((turn) => move(terms, stateOf(terms, turn, 30n, counter(turn)))))
    const gained = await gains(terms, async () => {
      await call('checkpoint', terms, [five], six)
      await bench.later(terms.deadline - (await bench.now()) + 1)
    })
    expect(gained).toEqual({ player0: -30n, hub: 0n, player1: 30n })
  })
})

describe("Nitro's adjudicator", () => {
  /** What each of the two says to the same call: nothing, or its words. */
  async function verdict(address: Address, abi: Bench['nitro']['abi'], functionName: string, args: unknown[]) {
    try {
      await bench.client.simulateContract({ address, abi, functionName, args })
      return 'taken'
    } catch (error) {
      const reverted = error instanceof BaseError ? error.walk((e) => e instanceof ContractFunctionRevertedError) : null
      return reverted === null ? 'failed' : 'refused'
    }
  }

  async function verdicts(terms: AppTerms, functionName: string, rest: unknown[]): Promise<string[]> {
    return [
      await verdict(bench.nitro.address, bench.nitro.abi, functionName, [terms.fixedPart, ...rest]),
      await verdict(bench.resolver, appResolverAbi, functionName, [terms, ...rest]),
    ]
  }

  it('takes and refuses the same support proofs', async () => {
    const terms = await termsOf('SingleAssetPayments')
    const five = stateOf(terms, 5, 60n)
    const six = stateOf(terms, 6, 50n)
    const both = [player0.signer, player1.signer]
    const cases: [Signed[], Signed, string][] = [
      [[await move(terms, five)], await move(terms, six), 'taken'],
      [[await signedBy(terms, five, player0.signer)], await move(terms, six), 'refused'],
      [[await move(terms, five)], await signedBy(terms, six, player1.signer), 'refused'],
      [[await signedBy(terms, five, ...both)], await move(terms, six), 'refused'],
      [[await signedBy(terms, five)], await move(terms, six), 'refused'],
      [[await signedBy(terms, five, hub.signer)], await move(terms, six), 'refused'],
      [[], await move(terms, six), 'refused'],
      [[await move(terms, six)], await move(terms, six), 'refused'],
      [[await move(terms, five)], await move(terms, stateOf(terms, 7, 60n)), 'refused'],
      [[await move(terms, five)], await move(terms, stateOf(terms, 6, 61n)), 'refused'],
      [[await move(terms, five)], { ...(await move(terms, six)), variablePart: stateOf(terms, 6, 49n) }, 'refused'],
    ]
    for (const [proof, candidate, expected] of cases) {
      expect(await verdicts(terms, 'checkpoint', [proof, candidate])).toEqual([expected, expected])
    }
  })

  it('takes and refuses the same challengers and last states', async () => {
    const terms = await termsOf('SingleAssetPayments')
    const proof = [await move(terms, stateOf(terms, 5, 60n))]
    const candidate = await move(terms, stateOf(terms, 6, 50n))
    const stateHash = appStateHash(terms.fixedPart, candidate.variablePart)
    const expected = new Map([
      [await personalSign(player0.signer, appChallengeHash(stateHash)), 'taken'],
      [await personalSign(player1.signer, appChallengeHash(stateHash)), 'taken'],
      [await personalSign(hub.signer, appChallengeHash(stateHash)), 'refused'],
      [await personalSign(player0.signer, stateHash), 'refused'],
    ])
    for (const [signature, verdict] of expected) {
      expect(await verdicts(terms, 'challenge', [proof, candidate, signature])).toEqual([verdict, verdict])
    }
    const last = stateOf(terms, 9, 10n, '0x', true)
    const both = [player0.signer, player1.signer]
    const endings: [Signed, string][] = [
      [await signedBy(terms, last, ...both), 'taken'],
      [await signedBy(terms, last, player0.signer), 'refused'],
      [await signedBy(terms, stateOf(terms, 9, 10n), ...both), 'refused'],
    ]
    for (const [state, verdict] of endings) {
      expect(await verdicts(terms, 'conclude', [state])).toEqual([verdict, verdict])
    }
  })
})

describe('app channel ids', () => {
  it('are those that the chain computes', async () => {
    const terms = await termsOf('CountingApp')
    const { asset, stake0, stake1, deadline } = terms
    const at = { address: bench.resolver, abi: appResolverAbi } as const
    expect(await bench.client.readContract({ ...at, functionName: 'idOf', args: [terms] })).toBe(appChannelId(terms))
    expect(
      await bench.client.readContract({ ...at, functionName: 'channelNonce', args: [asset, stake0, stake1, deadline] }),
    ).toBe(terms.fixedPart.channelNonce)
  })
})
