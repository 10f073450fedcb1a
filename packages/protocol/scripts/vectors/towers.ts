import { createCipheriv, createDecipheriv } from 'node:crypto'
import { asciiToBytes, bytesToHex } from '../../src/primitives/bytes.ts'
import type { Hex } from '../../src/primitives/hex.ts'
import { encodeChannelItem, encodeVirtualItem } from '../../src/tower/items.ts'
import { holdingProof } from '../../src/tower/proof.ts'
import { towerRequestDigest } from '../../src/tower/request.ts'
import { type Cipher, sealItem, virtualHint } from '../../src/tower/sealing.ts'
import type { Generated } from '../generated.ts'
import { digests, domain, hashOf, keccak256, signerAt } from './scene.ts'
import { laneVouchers, vouchers } from './signed.ts'
import { channels, virtuals } from './terms.ts'
import { vectorFile } from './vector-file.ts'

const NAME = 'chacha20-poly1305'

const cipher: Cipher = {
  seal(key, nonce, plain) {
    const sealing = createCipheriv(NAME, key, nonce, { authTagLength: 16 })
    return new Uint8Array([...sealing.update(plain), ...sealing.final(), ...sealing.getAuthTag()])
  },
  open(key, nonce, sealed) {
    const opening = createDecipheriv(NAME, key, nonce, { authTagLength: 16 }).setAuthTag(sealed.subarray(-16))
    return new Uint8Array([...opening.update(sealed.subarray(0, -16)), ...opening.final()])
  },
}

const signatureOf = (digest: Hex, n: number): Hex => signerAt(n).sign(digest)

/** A virtual channel with a voucher of it, as it is handed over. */
const virtualItems = virtuals.slice(0, 3).flatMap((terms, n) => {
  const virtualId = digests.virtualId(terms)
  const [first] = vouchers
  if (first === undefined) return []
  const voucher = { ...first, virtualId, amount: BigInt(n + 1) }
  const signed = { voucher, signature: signatureOf(digests.voucher(voucher), n) }
  return [{ virtualId, plain: encodeVirtualItem({ terms, signed, owed: voucher.amount }) }]
})

const channelItems = channels.slice(0, 2).flatMap((terms, n) => {
  const channelId = digests.channelId(terms)
  const [first] = laneVouchers
  if (first === undefined) return []
  const voucher = { ...first, channelId }
  const digest = digests.laneVoucher(voucher)
  const lane = { voucher, payerSignature: signatureOf(digest, n), receiverSignature: signatureOf(digest, n + 1) }
  return [{ key: `channel/${channelId}`, bytes: encodeChannelItem({ terms, lanes: [lane] }) }]
})

const sealedItems = virtualItems.map(({ virtualId, plain }) => ({
  key: `virtual/${virtualHint(keccak256, virtualId)}`,
  bytes: sealItem(keccak256, cipher, virtualId, plain),
}))

const holdings = [[], channelItems, [...sealedItems, ...channelItems], [{ key: 'virtual/', bytes: asciiToBytes('') }]]

export const towerFiles: readonly Generated[] = [
  vectorFile(
    'tower-requests',
    'What a client signs to ask something of a watchtower: digests and signatures.',
    [0, 1].map((n) => {
      const asked = { tower: signerAt(n + 1).address, request: hashOf(`request ${n}`) }
      const digest = towerRequestDigest(keccak256, domain, asked)
      return { ...asked, digest, signer: signerAt(n).address, signature: signatureOf(digest, n) }
    }),
  ),
  vectorFile(
    'tower-items',
    'What a watchtower is handed of a virtual channel, sealed under its id, and the hint by which it is found.',
    virtualItems.map(({ virtualId, plain }) => ({
      virtualId,
      hint: virtualHint(keccak256, virtualId),
      plain: bytesToHex(plain),
      sealed: bytesToHex(sealItem(keccak256, cipher, virtualId, plain)),
    })),
  ),
  vectorFile(
    'tower-proofs',
    'What a watchtower that holds all of some items says of a fresh nonce.',
    holdings.map((items, n) => {
      const nonce = hashOf(`nonce ${n}`)
      const given = items.map(({ key, bytes }): readonly [string, Uint8Array] => [key, bytes])
      const proof = holdingProof(keccak256, nonce, given)
      return { nonce, items: items.map(({ key, bytes }) => ({ key, bytes: bytesToHex(bytes) })), proof }
    }),
  ),
]
