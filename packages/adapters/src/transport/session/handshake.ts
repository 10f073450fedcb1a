import {
  type Address,
  bytesToHex,
  type Crypto,
  concatBytes,
  type Digests,
  type Hex,
  hexToBytes,
  type SessionRole,
  type Signer,
  type VersionRange,
} from '@sluice/protocol'
import { TransportError } from '../errors.ts'
import {
  agreeOnVersion,
  decodeHello,
  decodeRange,
  encodeHello,
  encodeRange,
  HELLO_BYTES,
  type Hello,
  malformed,
} from './hello.ts'
import type { EphemeralKey, Primitives } from './primitives.ts'

const SIGNATURE_BYTES = 65
const RANDOM_BYTES = 24

/** The longest message of a handshake, with room for what later versions say: of theirs, only which versions they are is read. */
export const HANDSHAKE_BYTES = 4096

/** Who shakes hands. */
export interface Identity {
  readonly signer: Signer
  readonly crypto: Crypto
  readonly digests: Digests
  readonly primitives: Primitives
  readonly versions: VersionRange
  /** 8 bytes, random for each start of the transport: others mean that the peer was started anew. A nonce begins with them. */
  readonly instance: Uint8Array
}

/** What both ends have once each has proved its key to the other. */
export interface Established {
  readonly peer: Address
  readonly role: SessionRole
  /** The highest version of the protocol that both ends speak. */
  readonly version: number
  /** Which run of the peer's program is at the other end. */
  readonly instance: Hex
  readonly sendKey: Uint8Array
  readonly receiveKey: Uint8Array
}

function makeHello(identity: Identity, key: EphemeralKey): Hello {
  return {
    versions: identity.versions,
    nonce: bytesToHex(concatBytes(identity.instance, identity.primitives.random(RANDOM_BYTES))),
    key: bytesToHex(key.publicKey),
    signer: identity.signer.address,
  }
}

function sessionDigest(identity: Identity, initiator: Hello, responder: Hello, role: SessionRole): Hex {
  return identity.digests.session({
    nonceInitiator: initiator.nonce,
    nonceResponder: responder.nonce,
    keyInitiator: initiator.key,
    keyResponder: responder.key,
    initiator: initiator.signer,
    responder: responder.signer,
    minVersionInitiator: initiator.versions.min,
    maxVersionInitiator: initiator.versions.max,
    minVersionResponder: responder.versions.min,
    maxVersionResponder: responder.versions.max,
    role,
  })
}

function checkProof(identity: Identity, digest: Hex, proof: Uint8Array, peer: Address): void {
  if (identity.crypto.recover(digest, bytesToHex(proof)) !== peer) {
    throw new TransportError('TRANSPORT_PROOF_WRONG', { peer })
  }
}

/** A handshake as one end has it once both hellos are said. */
interface Exchange {
  readonly identity: Identity
  readonly key: EphemeralKey
  readonly initiator: Hello
  readonly responder: Hello
  readonly role: SessionRole
  readonly version: number
}

// The digest of role 0 covers the domain and all that both ends said, so the keys are worth nothing for any other session.
function establish({ identity, key, initiator, responder, role, version }: Exchange): Established {
  const theirs = role === 0 ? responder : initiator
  const secret = key.agree(hexToBytes(theirs.key))
  if (secret === undefined) throw malformed('a weak key')
  const salt = hexToBytes(sessionDigest(identity, initiator, responder, 0))
  const fromInitiator = identity.primitives.derive(secret, salt, `sluice session ${version} initiator`)
  const fromResponder = identity.primitives.derive(secret, salt, `sluice session ${version} responder`)
  return {
    peer: theirs.signer,
    role,
    version,
    instance: bytesToHex(hexToBytes(theirs.nonce).subarray(0, identity.instance.length)),
    sendKey: role === 0 ? fromInitiator : fromResponder,
    receiveKey: role === 0 ? fromResponder : fromInitiator,
  }
}

/** What a step leads to. A refusal ends the handshake, once the reply that tells the other end of it is sent. */
export interface HandshakeOutcome {
  readonly reply?: Uint8Array
  /** The other end has proved its key. */
  readonly established?: Established
  readonly refusal?: TransportError
}

/** Takes the other end's next message. Throws TransportError for what ends the handshake without a word. */
export type HandshakeStep = (message: Uint8Array) => HandshakeOutcome

/** The dialling end: its first message and what to do with each answer. */
export function initiate(
  identity: Identity,
  peer: Address,
): { readonly first: Uint8Array; readonly step: HandshakeStep } {
  const key = identity.primitives.createKey()
  const own = makeHello(identity, key)
  const step: HandshakeStep = (message) => {
    const version = agreeOnVersion(own.versions, decodeRange(message))
    if (version instanceof TransportError) throw version
    const theirs = decodeHello(message, SIGNATURE_BYTES)
    if (theirs.signer !== peer) throw new TransportError('TRANSPORT_PEER_WRONG', { got: theirs.signer, expected: peer })
    checkProof(identity, sessionDigest(identity, own, theirs, 1), message.subarray(HELLO_BYTES), peer)
    const proof = identity.signer.sign(sessionDigest(identity, own, theirs, 0))
    const established = establish({ identity, key, initiator: own, responder: theirs, role: 0, version })
    return { reply: hexToBytes(proof, SIGNATURE_BYTES), established }
  }
  return { first: encodeHello(own), step }
}

/** The end that is dialled. */
export function respond(identity: Identity): HandshakeStep {
  const key = identity.primitives.createKey()
  const own = makeHello(identity, key)
  let exchange: Exchange | undefined
  const answer = (message: Uint8Array): HandshakeOutcome => {
    const version = agreeOnVersion(own.versions, decodeRange(message))
    if (version instanceof TransportError) return { reply: encodeRange(own.versions), refusal: version }
    const theirs = decodeHello(message)
    if (theirs.signer === own.signer) throw new TransportError('TRANSPORT_SELF', { peer: own.signer })
    exchange = { identity, key, initiator: theirs, responder: own, role: 1, version }
    const proof = identity.signer.sign(sessionDigest(identity, theirs, own, 1))
    return { reply: concatBytes(encodeHello(own), hexToBytes(proof, SIGNATURE_BYTES)) }
  }
  return (message) => {
    if (exchange === undefined) return answer(message)
    if (message.length !== SIGNATURE_BYTES) throw malformed(`${message.length} bytes`)
    const { initiator } = exchange
    checkProof(identity, sessionDigest(identity, initiator, own, 0), message, initiator.signer)
    return { established: establish(exchange) }
  }
}
