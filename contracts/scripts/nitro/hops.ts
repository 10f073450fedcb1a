// Two players and a hub on a local chain: a channel on each hop, and an app channel whose stakes are locked on both.

import {
  type Address,
  concat,
  encodeAbiParameters,
  type Hex,
  keccak256,
  type LocalAccount,
  parseAbiParameters,
  signatureToCompactSignature,
  zeroAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { sluiceAbi } from '../../abi/sluice-abi.ts'
import { type AppTerms, appChannelId } from '../../src-ts/app-channel.ts'
import { noSignature, noVoucher } from '../tools/nothing.ts'
import type { Bench } from './bench.ts'

const window = 3600
/** Each side of each channel puts this in, base units. */
export const deposit = 1000n

interface Member {
  readonly signer: LocalAccount
  readonly account: Address
}

/** Who takes part; accounts are addresses that do nothing else. */
export const cast = {
  player0: memberOf(1),
  hub: memberOf(2),
  player1: memberOf(3),
} as const satisfies Record<string, Member>

/** A funded channel between two of them. */
interface Hop {
  readonly terms: {
    readonly a: { readonly account: Address; readonly signer: Address }
    readonly b: { readonly account: Address; readonly signer: Address }
    readonly token: Address
    readonly disputeWindow: number
    readonly nonce: bigint
  }
  /** Party a's key, then party b's. */
  readonly signers: readonly [LocalAccount, LocalAccount]
  /** The lane that runs from player 0 towards player 1. */
  readonly towards1: 0 | 1
}

/** Opens and funds the channels player 0 - hub and hub - player 1. */
export async function openHops(bench: Bench, nonce: bigint): Promise<readonly [Hop, Hop]> {
  const hops = [hopOf(cast.player0, cast.hub, nonce), hopOf(cast.hub, cast.player1, nonce)] as const
  for (const { terms } of hops) {
    for (const party of [0, 1]) {
      await bench.send(bench.sluice, sluiceAbi, 'depositWithValue', [terms, party], { value: deposit })
    }
  }
  return hops
}

/** Closes and settles a channel by vouchers that hold the locks of both stakes. */
export async function settleHop(bench: Bench, hop: Hop, app: AppTerms): Promise<void> {
  const vouchers = await Promise.all(([0, 1] as const).map((lane) => voucherOf(bench, hop, app, lane)))
  await bench.send(bench.sluice, sluiceAbi, 'startClose', [hop.terms, noVoucher], { account: hop.signers[0] })
  for (const voucher of vouchers) {
    const receiver = hop.signers[voucher.lane === 0 ? 1 : 0]
    await bench.send(bench.sluice, sluiceAbi, 'updateLane', [hop.terms, voucher], { account: receiver })
  }
  await bench.later(window)
  await bench.send(bench.sluice, sluiceAbi, 'settle', [hop.terms, ...vouchers, 0])
}

/** Pays out the locks of both stakes. */
export async function unlockHop(bench: Bench, hop: Hop, app: AppTerms): Promise<void> {
  for (const side of [0, 1] as const) {
    const { amount } = lockOf(bench, app, side)
    const item = { index: 0, amount, resolver: bench.resolver, id: appChannelId(app), side, proof: [] }
    await bench.send(bench.sluice, sluiceAbi, 'unlock', [hop.terms, laneOf(hop, side), amount, item, 0])
  }
}

// side 0's locks lie on the way to player 1, side 1's on the way to player 0
function laneOf(hop: Hop, side: 0 | 1): 0 | 1 {
  return side === 0 ? hop.towards1 : hop.towards1 === 0 ? 1 : 0
}

function lockOf(bench: Bench, app: AppTerms, side: 0 | 1): { amount: bigint; root: Hex } {
  const amount = side === 0 ? app.stake0.amount : app.stake1.amount
  const condition = keccak256(
    encodeAbiParameters(parseAbiParameters('address, bytes32, uint8'), [bench.resolver, appChannelId(app), side]),
  )
  // the tree of one lock is its leaf: 0x00, index 0, amount, condition
  const head = `0x00${'00'.repeat(4)}${amount.toString(16).padStart(32, '0')}` as const
  return { amount, root: keccak256(concat([head, condition])) }
}

async function voucherOf(bench: Bench, hop: Hop, app: AppTerms, lane: 0 | 1) {
  const { amount: locked, root: locksRoot } = lockOf(bench, app, laneOf(hop, 0) === lane ? 0 : 1)
  const message = { channelId: await bench.channelId(hop.terms), lane, seq: 1n, paid: 0n, locked, locksRoot }
  const signature = await hop.signers[lane].signTypedData({
    domain: { name: 'Sluice', version: '1', chainId: bench.chainId, verifyingContract: bench.sluice },
    types: {
      LaneVoucher: [
        { name: 'channelId', type: 'bytes32' },
        { name: 'lane', type: 'uint8' },
        { name: 'seq', type: 'uint64' },
        { name: 'paid', type: 'uint128' },
        { name: 'locked', type: 'uint128' },
        { name: 'locksRoot', type: 'bytes32' },
      ],
    },
    primaryType: 'LaneVoucher',
    message,
  })
  return { ...message, payerSignature: compact(signature), receiverSignature: noSignature }
}

function compact(signature: Hex): { r: Hex; yParityAndS: Hex } {
  const { r, s, yParity } = parse(signature)
  return signatureToCompactSignature({ r, s, yParity })
}

function parse(signature: Hex): { r: Hex; s: Hex; yParity: number } {
  return {
    r: `0x${signature.slice(2, 66)}`,
    s: `0x${signature.slice(66, 130)}`,
    yParity: Number.parseInt(signature.slice(130), 16) - 27,
  }
}

function hopOf(one: Member, other: Member, nonce: bigint): Hop {
  const inOrder = one.signer.address.toLowerCase() < other.signer.address.toLowerCase()
  const [a, b] = inOrder ? [one, other] : [other, one]
  const party = ({ account, signer }: Member) => ({ account, signer: signer.address })
  return {
    terms: { a: party(a), b: party(b), token: zeroAddress, disputeWindow: window, nonce },
    signers: [a.signer, b.signer],
    towards1: inOrder ? 0 : 1,
  }
}

function memberOf(n: number): Member {
  return {
    signer: privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}`),
    account: `0x${`acc0${n}`.padStart(40, 'a')}`,
  }
}
