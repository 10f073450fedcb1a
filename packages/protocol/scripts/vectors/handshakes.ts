import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto'
import type { Session } from '../../src/handshake/session.ts'
import { commonVersion, type VersionRange } from '../../src/handshake/versions.ts'
import { encodeFrame } from '../../src/messages/codec.ts'
import { asciiToBytes, bytesToHex, concatBytes, hexToBytes } from '../../src/primitives/bytes.ts'
import type { Hex } from '../../src/primitives/hex.ts'
import type { Generated } from '../generated.ts'
import { digests, hashOf, signerAt } from './scene.ts'
import { vectorFile } from './vector-file.ts'

/** What stands before the 32 bytes of an X25519 private key in its DER form. */
const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const RAW_KEY_BYTES = 32

const privateKey = (secret: Hex): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([PRIVATE_KEY_PREFIX, hexToBytes(secret)]),
    format: 'der',
    type: 'pkcs8',
  })

const publicBytes = (key: KeyObject): Hex =>
  bytesToHex(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES))

interface End {
  readonly secret: Hex
  readonly nonce: Hex
  readonly versions: VersionRange
  readonly signer: number
}

const hello = ({ secret, nonce, versions, signer }: End): Uint8Array =>
  concatBytes(
    Uint8Array.of(versions.min, versions.max),
    hexToBytes(nonce),
    hexToBytes(publicBytes(privateKey(secret))),
    hexToBytes(signerAt(signer).address),
  )

function sessionOf(initiator: End, responder: End): Omit<Session, 'role'> {
  return {
    nonceInitiator: initiator.nonce,
    nonceResponder: responder.nonce,
    keyInitiator: publicBytes(privateKey(initiator.secret)),
    keyResponder: publicBytes(privateKey(responder.secret)),
    initiator: signerAt(initiator.signer).address,
    responder: signerAt(responder.signer).address,
    minVersionInitiator: initiator.versions.min,
    maxVersionInitiator: initiator.versions.max,
    minVersionResponder: responder.versions.min,
    maxVersionResponder: responder.versions.max,
  }
}

/** The first record of a direction: one frame. */
function sealFirst(key: Uint8Array, frame: Uint8Array): Hex {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, frame.length)
  const cipher = createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 })
  const body = cipher.update(concatBytes(Uint8Array.of(0), length, frame))
  cipher.final()
  return bytesToHex(concatBytes(body, cipher.getAuthTag()))
}

function handshake(initiator: End, responder: End) {
  const opening = {
    secretInitiator: initiator.secret,
    secretResponder: responder.secret,
    ...sessionOf(initiator, responder),
    first: bytesToHex(hello(initiator)),
  }
  const version = commonVersion(initiator.versions, responder.versions)
  if (version === undefined) {
    return { ...opening, second: bytesToHex(Uint8Array.of(responder.versions.min, responder.versions.max)) }
  }
  const session = sessionOf(initiator, responder)
  const proof = (end: End, role: 0 | 1) => hexToBytes(signerAt(end.signer).sign(digests.session({ ...session, role })))
  const shared = diffieHellman({
    privateKey: privateKey(initiator.secret),
    publicKey: createPublicKey(privateKey(responder.secret)),
  })
  const salt = hexToBytes(digests.session({ ...session, role: 0 }))
  const derive = (info: string) =>
    new Uint8Array(hkdfSync('sha256', shared, salt, asciiToBytes(`sluice session ${version} ${info}`), 32))
  const [fromInitiator, fromResponder] = [derive('initiator'), derive('responder')]
  return {
    ...opening,
    second: bytesToHex(concatBytes(hello(responder), proof(responder, 1))),
    third: bytesToHex(proof(initiator, 0)),
    version,
    keyFromInitiator: bytesToHex(fromInitiator),
    keyFromResponder: bytesToHex(fromResponder),
    recordOfInitiator: sealFirst(fromInitiator, encodeFrame({ kind: 'ack', number: 17n })),
  }
}

const end = (label: string, signer: number, min: number, max: number): End => ({
  secret: hashOf(`secret of the ${label}`),
  nonce: hashOf(`nonce of the ${label}`),
  versions: { min, max },
  signer,
})

const cases = (
  [
    [1, 1, 1, 1],
    [1, 3, 1, 2],
    [2, 9, 1, 255],
    [1, 1, 2, 3],
    [4, 200, 1, 3],
  ] as const
).map(([a, b, c, d]) => handshake(end('initiator', 0, a, b), end('responder', 1, c, d)))

export const handshakeFiles: readonly Generated[] = [
  vectorFile(
    'handshakes',
    "Handshakes of the X25519 secrets given: the three messages, the keys of both directions, and the initiator's first record, which carries an ack of 17. Without a common version the second message is the last.",
    cases,
  ),
]
