import { createDigests, VERSIONS, type VersionRange } from '@sluice/protocol'
import { type Established, type Identity, initiate, respond } from '../session/handshake.ts'
import type { Primitives } from '../session/primitives.ts'
import { nodePrimitives } from '../session/primitives-node.ts'
import { createParty, domainOn } from './party.ts'

interface IdentityOptions {
  readonly primitives?: Primitives
  readonly chainId?: bigint
  readonly versions?: VersionRange
}

/** One end of a handshake, with a fresh key. */
export function createIdentity({
  primitives = nodePrimitives,
  chainId = 314n,
  versions = VERSIONS,
}: IdentityOptions = {}): Identity {
  const { signer, crypto } = createParty()
  return {
    signer,
    crypto,
    digests: createDigests(domainOn(chainId), crypto),
    primitives,
    versions,
    instance: primitives.random(8),
  }
}

/** What somebody in the middle makes of each of the three messages, from 0 on. */
export type Tamper = (message: Uint8Array, which: number) => Uint8Array

/** A handshake with somebody in the middle. Throws what either end throws, or refuses. */
export function shake(a: Identity, b: Identity, tamper: Tamper = (message) => message): [Established, Established] {
  const { first, step } = initiate(a, b.signer.address)
  const answer = respond(b)
  const hello = answer(tamper(first, 0)).reply
  const { reply, established } = step(tamper(hello as Uint8Array, 1))
  const other = answer(tamper(reply as Uint8Array, 2)).established
  return [established as Established, other as Established]
}
