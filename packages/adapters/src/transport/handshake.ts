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
} from '@sluice/protocol'
import { TransportError } from './errors.ts'
import type { EphemeralKey, Primitives } from './primitives.ts'

const VERSION = 1
const NONCE_BYTES = 32
const KEY_BYTES = 32
const SIGNER_BYTES = 20
const SIGNATURE_BYTES = 65
const HELLO_BYTES = 1 + NONCE_BYTES + KEY_BYTES + SIGNER_BYTES
/** A nonce begins with so many bytes that say which run of a program made it; the rest is random. */
const INSTANCE_BYTES = 8

/** The longest message of a handshake. */
export const HANDSHAKE_BYTES = HELLO_BYTES + SIGNATURE_BYTES

/** Who shakes hands. */
export interface Identity {
  readonly signer: Signer
  readonly crypto: Crypto
  readonly digests: Digests
  readonly primitives: Primitives
  /** Random for each start of the transport: another one means that the peer was started anew. */
  readonly instance: Uint8Array
}

/** What one end says of itself before anything is proved. */
interface Hello {
  readonly nonce: Hex
  readonly key: Hex
  readonly signer: Address
}

/** What both ends have once each has proved its key to the other. */
export interface Established {
  readonly peer: Address
  readonly role: SessionRole
  /** Which run of the peer's program is at the other end. */
  readonly instance: Hex
  readonly sendKey: Uint8Array
  readonly receiveKey: Uint8Array
}

function makeHello(identity: Identity, key: EphemeralKey): Hello {
  const random = identity.primitives.random(NONCE_BYTES - INSTANCE_BYTES)
  return {
    nonce: bytesToHex(concatBytes(identity.instance, random)),
    key: bytesToHex(key.publicKey),
    signer: identity.signer.address,
  }
}

function encodeHello(hello: Hello): Uint8Array {
  return concatBytes(
    Uint8Array.of(VERSION),
    hexToBytes(hello.nonce, NONCE_BYTES),
    hexToBytes(hello.key, KEY_BYTES),
    hexToBytes(hello.signer, SIGNER_BYTES),
  )
}

function decodeHello(bytes: Uint8Array, length: number): Hello {
  const version = bytes[0]
  if (bytes.length === length && version !== VERSION) {
    throw new TransportError('TRANSPORT_VERSION_UNKNOWN', { got: version, expected: VERSION })
  }
  if (bytes.length !== length) throw new TransportError('TRANSPORT_MALFORMED', { what: `${bytes.length} bytes` })
  const part = (from: number, size: number): Hex => bytesToHex(bytes.subarray(from, from + size))
  return {
    nonce: part(1, NONCE_BYTES),
    key: part(1 + NONCE_BYTES, KEY_BYTES),
    signer: part(1 + NONCE_BYTES + KEY_BYTES, SIGNER_BYTES),
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
    role,
  })
}

function checkProof(identity: Identity, digest: Hex, proof: Uint8Array, peer: Address): void {
  if (identity.crypto.recover(digest, bytesToHex(proof)) !== peer) {
    throw new TransportError('TRANSPORT_PROOF_WRONG', { peer })
  }
}

// The digest of role 0 covers the domain and all that both ends said, so the keys are worth nothing for any other session.
function establish(
  identity: Identity,
  key: EphemeralKey,
  initiator: Hello,
  responder: Hello,
  role: SessionRole,
): Established {
  const theirs = role === 0 ? responder : initiator
  const secret = key.agree(hexToBytes(theirs.key))
  if (secret === undefined) throw new TransportError('TRANSPORT_MALFORMED', { what: 'a weak key' })
  const salt = hexToBytes(sessionDigest(identity, initiator, responder, 0))
  const fromInitiator = identity.primitives.derive(secret, salt, 'sluice session 1 initiator')
  const fromResponder = identity.primitives.derive(secret, salt, 'sluice session 1 responder')
  return {
    peer: theirs.signer,
    role,
    instance: bytesToHex(hexToBytes(theirs.nonce).subarray(0, INSTANCE_BYTES)),
    sendKey: role === 0 ? fromInitiator : fromResponder,
    receiveKey: role === 0 ? fromResponder : fromInitiator,
  }
}

/** One step: what to send, and once the other end has proved its key, the session. Throws TransportError. */
export type HandshakeStep = (message: Uint8Array) => {
  readonly reply?: Uint8Array
  readonly established?: Established
}

/** The dialling end: its first message and what to do with each answer. */
export function initiate(
  identity: Identity,
  peer: Address,
): { readonly first: Uint8Array; readonly step: HandshakeStep } {
  const key = identity.primitives.createKey()
  const own = makeHello(identity, key)
  const step: HandshakeStep = (message) => {
    const theirs = decodeHello(message, HELLO_BYTES + SIGNATURE_BYTES)
    if (theirs.signer !== peer) throw new TransportError('TRANSPORT_PEER_WRONG', { got: theirs.signer, expected: peer })
    checkProof(identity, sessionDigest(identity, own, theirs, 1), message.subarray(HELLO_BYTES), peer)
    const proof = identity.signer.sign(sessionDigest(identity, own, theirs, 0))
    return { reply: hexToBytes(proof, SIGNATURE_BYTES), established: establish(identity, key, own, theirs, 0) }
  }
  return { first: encodeHello(own), step }
}

/** The end that is dialled. */
export function respond(identity: Identity): HandshakeStep {
  const key = identity.primitives.createKey()
  const own = makeHello(identity, key)
  let theirs: Hello | undefined
  return (message) => {
    if (theirs === undefined) {
      theirs = decodeHello(message, HELLO_BYTES)
      if (theirs.signer === own.signer) throw new TransportError('TRANSPORT_SELF', { peer: own.signer })
      const proof = identity.signer.sign(sessionDigest(identity, theirs, own, 1))
      return { reply: concatBytes(encodeHello(own), hexToBytes(proof, SIGNATURE_BYTES)) }
    }
    if (message.length !== SIGNATURE_BYTES) {
      throw new TransportError('TRANSPORT_MALFORMED', { what: `${message.length} bytes` })
    }
    checkProof(identity, sessionDigest(identity, theirs, own, 0), message, theirs.signer)
    return { established: establish(identity, key, theirs, own, 1) }
  }
}
