import { readFileSync } from 'node:fs'
import { x25519 } from '@noble/curves/ed25519.js'
import { type Address, bytesToHex, createDigests, encodeFrame, type Hex, hexToBytes } from '@sluice/protocol'
import { developmentKeys } from '@sluice/protocol/testing'
import { describe, expect, it } from 'vitest'
import { createNodeCrypto } from '../../crypto/node.ts'
import { type Identity, initiate, respond } from './handshake.ts'
import type { Primitives } from './primitives.ts'
import { nodePrimitives } from './primitives-node.ts'
import { webPrimitives } from './primitives-web.ts'
import { createSealer, packRecords } from './records.ts'

interface Handshake {
  readonly secretInitiator: Hex
  readonly secretResponder: Hex
  readonly nonceInitiator: Hex
  readonly nonceResponder: Hex
  readonly initiator: Address
  readonly responder: Address
  readonly minVersionInitiator: number
  readonly maxVersionInitiator: number
  readonly minVersionResponder: number
  readonly maxVersionResponder: number
  readonly first: Hex
  readonly second: Hex
  readonly third?: Hex
  readonly version?: number
  readonly keyFromInitiator?: Hex
  readonly keyFromResponder?: Hex
  readonly recordOfInitiator?: Hex
}

const url = new URL('../../../../../specs/vectors/handshakes.json', import.meta.url)
const { domain, cases } = JSON.parse(readFileSync(url, 'utf8')) as {
  readonly domain: { readonly chainId: string; readonly contract: Address }
  readonly cases: readonly Handshake[]
}
const crypto = await createNodeCrypto()
const digests = createDigests({ chainId: BigInt(domain.chainId), contract: domain.contract }, crypto)
const signers = developmentKeys.map((key) => crypto.signer(hexToBytes(key)))

/** The primitives, with a key and a nonce that are not random. */
function fixed(primitives: Primitives, secret: Hex, nonce: Hex): Primitives {
  const key = hexToBytes(secret)
  return {
    ...primitives,
    random: (length) => hexToBytes(nonce).subarray(-length),
    createKey: () => ({
      publicKey: x25519.getPublicKey(key),
      agree: (theirs) => x25519.getSharedSecret(key, theirs),
    }),
  }
}

function identity(primitives: Primitives, one: Handshake, isInitiator: boolean): Identity {
  const address = isInitiator ? one.initiator : one.responder
  const nonce = isInitiator ? one.nonceInitiator : one.nonceResponder
  const signer = signers.find((each) => each.address === address)
  if (signer === undefined) throw new Error(`${address} is no development signer`)
  return {
    signer,
    crypto,
    digests,
    primitives: fixed(primitives, isInitiator ? one.secretInitiator : one.secretResponder, nonce),
    versions: isInitiator
      ? { min: one.minVersionInitiator, max: one.maxVersionInitiator }
      : { min: one.minVersionResponder, max: one.maxVersionResponder },
    instance: hexToBytes(nonce).subarray(0, 8),
  }
}

const hex = (bytes: Uint8Array | undefined) => bytes && bytesToHex(bytes)

describe.each([
  ['node', nodePrimitives],
  ['web', webPrimitives],
])('the vectors of handshakes, on %s', (_name, primitives) => {
  it.each(cases)('from $first', (one) => {
    const { first, step } = initiate(identity(primitives, one, true), one.responder)
    const answer = respond(identity(primitives, one, false))
    const second = answer(first)
    expect([hex(first), hex(second.reply)]).toEqual([one.first, one.second])
    if (one.version === undefined) {
      expect(second.refusal).toMatchObject({ code: 'TRANSPORT_NO_COMMON_VERSION' })
      return
    }
    const { reply, established } = step(second.reply as Uint8Array)
    const theirs = answer(reply as Uint8Array).established
    expect(hex(reply)).toBe(one.third)
    expect([established?.version, theirs?.version]).toEqual([one.version, one.version])
    expect([hex(established?.sendKey), hex(theirs?.sendKey)]).toEqual([one.keyFromInitiator, one.keyFromResponder])
    const seal = createSealer(primitives, hexToBytes(one.keyFromInitiator as Hex))
    const records = packRecords([encodeFrame({ kind: 'ack', number: 17n })]).map(seal)
    expect(records.map(hex)).toEqual([one.recordOfInitiator])
  })
})
