import {
  type Address,
  type ChannelTerms,
  createDigests,
  type Digests,
  type Id,
  type Memo,
  NATIVE_TOKEN,
  type Signer,
  type VirtualTerms,
} from '@sluice/protocol'
import { createPolicy, type Policy } from '../../../policy/policy.ts'
import type { Environment } from '../../../ports/environment.ts'
import { silentLog } from '../../../ports/log.ts'
import { allRoles } from '../../../roles/all-roles.ts'
import { rolesOf } from '../../../roles/engine-role.ts'
import { createFastCrypto, type FastCrypto } from '../../fast-crypto.ts'
import type { Scope } from '../scope.ts'

/** The time at which all is done until deadlines pass, Unix seconds. */
export const NOW = 1_790_000_040n

/** A time by which nobody waits for others any more, though no deadline and no life is over, Unix seconds. */
export const LATE = NOW + 50n

/** A time past every deadline and within every window, Unix seconds. */
export const PAST_DEADLINES = NOW + 3_000n

/** How long the windows of a scene are, seconds: longer than anybody's patience. */
export const WINDOW = 5_000

/** A channel between two neighbours in the line. */
export interface SceneChannel {
  readonly index: number
  readonly channelId: Id
  readonly terms: ChannelTerms
  /** Positions of a and b in the line. */
  readonly ends: readonly [number, number]
}

/** A virtual channel, opened or not. */
export interface SceneVirtual {
  readonly index: number
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly memo: Memo
  /** Positions in the line, payer first. */
  readonly path: readonly number[]
  readonly capacity: bigint
}

/** A party of the line. */
export interface SceneParty {
  readonly index: number
  readonly name: string
  readonly isThief: boolean
  readonly signer: Signer
  readonly env: Environment
  /** Its channels, in the order of the line. */
  readonly channels: readonly SceneChannel[]
  /** The virtual channels whose path it is on. */
  readonly virtuals: readonly SceneVirtual[]
}

/** What never changes in a search: who there is, what they may agree to and by which names. */
export interface Scene {
  readonly scope: Scope
  readonly crypto: FastCrypto
  readonly digests: Digests
  readonly parties: readonly SceneParty[]
  readonly honest: readonly SceneParty[]
  /** Those with an honest end, in the order of the line: what two thieves have between them concerns nobody. */
  readonly channels: readonly SceneChannel[]
  readonly virtuals: readonly SceneVirtual[]
  partyOf(address: Address): SceneParty
}

const roles = rolesOf(allRoles)

/** A node as it comes, but that it forwards, takes the smallest amounts, and countersigns and forgets as soon as it is reminded. */
const policy: Policy = {
  ...createPolicy('development', {
    forward: true,
    capacityMin: 1n,
    countersignIdle: 0,
    // Whenever this side shows its own lane's voucher for the other, that is early enough.
    inclusionTime: 1_000_000,
    expiryMargin: 0,
    closedKept: 0,
  }),
}

/** What it costs to enforce a virtual channel is one more than what hubs may leave. */
function policyOf({ leaves, trusts = leaves ?? 0 }: Scope): Policy {
  if (leaves === undefined) return policy
  const worthMin = leaves + 1
  return { ...policy, worthMin, trustedFolds: Math.ceil((100 * trusts) / worthMin) }
}

/** The digests of one deployment, each computed once for each object. */
function cachedDigests(digests: Digests): Digests {
  const cached = <T extends object, R>(compute: (value: T) => R): ((value: T) => R) => {
    const known = new WeakMap<T, R>()
    return (value) => {
      const found = known.get(value)
      if (found !== undefined) return found
      const result = compute(value)
      known.set(value, result)
      return result
    }
  }
  return {
    ...digests,
    channelId: cached(digests.channelId),
    virtualId: cached(digests.virtualId),
    laneVoucher: cached(digests.laneVoucher),
    voucher: cached(digests.voucher),
  }
}

/** The bytes of which `makeNonce` makes the nonce of the virtual channel with this index. */
export const nonceBytes = (index: number): Uint8Array => Uint8Array.of(0, 0, 0, index + 1)

function memoOf(hops: number): Memo {
  const last = NOW + BigInt(policy.lifetimeDefault)
  const until = Array.from({ length: hops }, (_, hop) => last + BigInt((hops - 1 - hop) * policy.hopMargin))
  return { until, fees: Array.from({ length: hops - 1 }, () => 0n) }
}

/** Sets a scope up. */
export function createScene(scope: Scope): Scene {
  const crypto = createFastCrypto()
  const domain = { chainId: 31337n, contract: '0x00000000000000000000000000000000005100ce' } as const
  const digests = cachedDigests(createDigests(domain, crypto))
  const signers = Array.from(scope.parties, (_, index) => crypto.signer(index)).sort((x, y) =>
    x.address < y.address ? -1 : 1,
  )
  const signerAt = (index: number): Signer => {
    const signer = signers[index]
    if (signer === undefined) throw new RangeError(`no party ${index}`)
    return signer
  }
  const partyAt = (index: number) => ({ account: signerAt(index).address, signer: signerAt(index).address })
  const isThief = (index: number) => scope.thieves.includes(scope.parties[index] ?? '?')
  const channels = scope.deposits.flatMap((_, index): SceneChannel[] => {
    if (isThief(index) && isThief(index + 1)) return []
    const [a, b] = [partyAt(index), partyAt(index + 1)]
    const terms: ChannelTerms = { a, b, token: NATIVE_TOKEN, disputeWindow: WINDOW, nonce: BigInt(index + 1) }
    return [{ index, channelId: digests.channelId(terms), terms, ends: [index, index + 1] }]
  })
  const virtuals = scope.virtuals.map(({ path, capacity }, index): SceneVirtual => {
    const terms: VirtualTerms = {
      path: path.map((at) => signerAt(at).address),
      token: NATIVE_TOKEN,
      capacity: BigInt(capacity),
      disputeWindow: WINDOW,
      nonce: ((NOW / 60n) << 32n) | BigInt(index + 1),
    }
    const virtualId = digests.virtualId(terms)
    return { index, virtualId, terms, memo: memoOf(path.length - 1), path, capacity: BigInt(capacity) }
  })
  const ownPolicy = policyOf(scope)
  const parties = Array.from(scope.parties, (name, index): SceneParty => {
    const signer = signerAt(index)
    const self = signer.address
    const env = {
      ...{ self, account: self, signer, crypto, digests, policy: ownPolicy, roles, log: silentLog },
      random: () => nonceBytes(0),
    }
    return {
      index,
      name,
      isThief: isThief(index),
      signer,
      env,
      channels: channels.filter(({ ends }) => ends.includes(index)),
      virtuals: virtuals.filter(({ path }) => path.includes(index)),
    }
  })
  return {
    scope,
    crypto,
    digests,
    parties,
    honest: parties.filter((party) => !party.isThief),
    channels,
    virtuals,
    partyOf(address) {
      const found = parties.find(({ signer }) => signer.address === address)
      if (found === undefined) throw new RangeError(`nobody is ${address}`)
      return found
    },
  }
}
