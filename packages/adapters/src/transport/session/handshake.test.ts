import { bytesToHex, type VersionRange } from '@sluice/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIdentity, shake, type Tamper } from '../testing/shake.ts'
import { initiate, respond } from './handshake.ts'
import { nodePrimitives } from './primitives-node.ts'
import { webPrimitives } from './primitives-web.ts'

const byte = fc.integer({ min: 1, max: 255 })

describe('a handshake', () => {
  it.each([
    ['node and node', nodePrimitives, nodePrimitives],
    ['node and web', nodePrimitives, webPrimitives],
    ['web and node', webPrimitives, nodePrimitives],
  ])('gives both ends the same keys, one a direction: %s', (_case, ours, theirs) => {
    const [a, b] = [createIdentity({ primitives: ours }), createIdentity({ primitives: theirs })]
    const [atA, atB] = shake(a, b)
    expect([atA.peer, atB.peer]).toEqual([b.signer.address, a.signer.address])
    expect(bytesToHex(atA.sendKey)).toBe(bytesToHex(atB.receiveKey))
    expect(bytesToHex(atB.sendKey)).toBe(bytesToHex(atA.receiveKey))
    expect(bytesToHex(atA.sendKey)).not.toBe(bytesToHex(atB.sendKey))
  })

  it('never ends well at both ends when anything in it was changed on the way', () => {
    const [a, b] = [createIdentity(), createIdentity()]
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.nat(), byte, (which, at, change) => {
        const tamper: Tamper = (message, i) => {
          if (i !== which) return message
          const changed = message.slice()
          const position = at % changed.length
          changed[position] = (changed[position] ?? 0) ^ change
          return changed
        }
        expect(() => shake(a, b, tamper)).toThrow()
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['cut short', (message: Uint8Array) => message.subarray(0, -1)],
    ['with more behind it', (message: Uint8Array) => Uint8Array.from([...message, 0])],
    ['empty', () => new Uint8Array()],
  ])('refuses any message that is %s', (_case, change) => {
    for (const which of [0, 1, 2]) {
      const tamper: Tamper = (message, i) => (i === which ? change(message) : message)
      expect(() => shake(createIdentity(), createIdentity(), tamper)).toThrow(
        expect.objectContaining({ code: 'TRANSPORT_MALFORMED' }),
      )
    }
  })

  it('refuses another chain', () => {
    const wrong = expect.objectContaining({ code: 'TRANSPORT_PROOF_WRONG' })
    expect(() => shake(createIdentity(), createIdentity({ chainId: 1n }))).toThrow(wrong)
  })

  it('refuses another signer than the one that was dialled', () => {
    const [a, b, c] = [createIdentity(), createIdentity(), createIdentity()]
    const { first, step } = initiate(a, c.signer.address)
    const hello = respond(b)(first).reply as Uint8Array
    expect(() => step(hello)).toThrow(expect.objectContaining({ code: 'TRANSPORT_PEER_WRONG' }))
  })

  it('refuses its own words sent back', () => {
    const a = createIdentity()
    expect(() => respond(a)(initiate(a, a.signer.address).first)).toThrow(
      expect.objectContaining({ code: 'TRANSPORT_SELF' }),
    )
  })

  it('refuses a proof from an earlier session of the same two', () => {
    const [a, b] = [createIdentity(), createIdentity()]
    let earlier = new Uint8Array()
    shake(a, b, (message, i) => {
      if (i === 2) earlier = message.slice()
      return message
    })
    const replay: Tamper = (message, i) => (i === 2 ? earlier : message)
    expect(() => shake(a, b, replay)).toThrow(expect.objectContaining({ code: 'TRANSPORT_PROOF_WRONG' }))
  })

  it('refuses a key that makes the secret predictable', () => {
    for (const primitives of [nodePrimitives, webPrimitives]) {
      expect(primitives.createKey().agree(new Uint8Array(32))).toBeUndefined()
    }
  })
})

describe('the version of a session', () => {
  const range = (min: number, max: number): VersionRange => ({ min, max })
  const anyRange = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
    .map(([x, y]) => range(Math.min(x, y), Math.max(x, y)))

  it('is the highest that both ends speak, and is part of the keys', () => {
    const [atA, atB] = shake(createIdentity({ versions: range(1, 3) }), createIdentity({ versions: range(2, 5) }))
    expect([atA.version, atB.version]).toEqual([3, 3])
  })

  it('cannot be lowered by somebody in the middle, whatever the two ends offer and are told', () => {
    fc.assert(
      fc.property(anyRange, anyRange, anyRange, fc.integer({ min: 0, max: 1 }), (ours, theirs, claimed, which) => {
        const [a, b] = [createIdentity({ versions: ours }), createIdentity({ versions: theirs })]
        const said = which === 0 ? ours : theirs
        fc.pre(said.min !== claimed.min || said.max !== claimed.max)
        const tamper: Tamper = (message, i) =>
          i === which ? Uint8Array.from([claimed.min, claimed.max, ...message.subarray(2)]) : message
        expect(() => shake(a, b, tamper)).toThrow()
      }),
      { numRuns: 200 },
    )
  })

  it('is not to be had with an end that has none in common: both ends name both ranges', () => {
    const [a, b] = [createIdentity({ versions: range(1, 2) }), createIdentity({ versions: range(3, 4) })]
    const { first, step } = initiate(a, b.signer.address)
    const { reply, refusal } = respond(b)(first)
    expect(refusal).toMatchObject({
      code: 'TRANSPORT_NO_COMMON_VERSION',
      details: { ours: '3 to 4', theirs: '1 to 2' },
    })
    expect(reply).toEqual(Uint8Array.of(3, 4))
    const wrong = { code: 'TRANSPORT_NO_COMMON_VERSION', details: { ours: '1 to 2', theirs: '3 to 4' } }
    expect(() => step(reply as Uint8Array)).toThrow(expect.objectContaining(wrong))
  })

  it('is told of to an end whose hello is of another form', () => {
    const later = Uint8Array.from([7, 9, ...new Uint8Array(1000)])
    const wrong = { code: 'TRANSPORT_NO_COMMON_VERSION', details: { ours: '1', theirs: '7 to 9' } }
    const { reply, refusal } = respond(createIdentity())(later)
    expect(refusal).toMatchObject(wrong)
    expect(reply).toEqual(Uint8Array.of(1, 1))
    const { step } = initiate(createIdentity(), createIdentity().signer.address)
    expect(() => step(later)).toThrow(expect.objectContaining(wrong))
  })

  it.each([
    [0, 1],
    [2, 1],
    [0, 0],
  ])('is not within %i to %i, which is no range', (min, max) => {
    const hello = Uint8Array.from([min, max, ...new Uint8Array(84)])
    const wrong = expect.objectContaining({ code: 'TRANSPORT_MALFORMED' })
    expect(() => respond(createIdentity())(hello)).toThrow(wrong)
    expect(() => initiate(createIdentity(), createIdentity().signer.address).step(hello)).toThrow(wrong)
  })

  it('is never settled by less than a whole hello', () => {
    const wrong = expect.objectContaining({ code: 'TRANSPORT_MALFORMED' })
    expect(() => respond(createIdentity())(Uint8Array.of(1, 1))).toThrow(wrong)
    expect(() => initiate(createIdentity(), createIdentity().signer.address).step(Uint8Array.of(1, 1))).toThrow(wrong)
  })
})
