import type { ChainEvent } from '@sluice/engine'
import { type Hex, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { joinVoices } from './joint.ts'
import { Voice } from './voice.ts'

const id = (byte: string): Id => `0x${byte.repeat(32)}`
const hash = (number: bigint, branch: string): Hex => `0x${branch}${number.toString(16).padStart(62, '0')}`
const closeAt = (closesAt: bigint): ChainEvent => ({ type: 'closeStarted', channelId: id('c1'), closesAt })
const credited: ChainEvent = { type: 'credited', account: NATIVE_TOKEN, token: NATIVE_TOKEN, amount: 5n }

interface Told {
  readonly branch?: string
  readonly events?: readonly ChainEvent[]
}

/** An endpoint that has read the blocks from 10 up to one, all final up to `final`. */
function voiceOf(url: string, newest: bigint, told: Readonly<Record<number, Told>> = {}, final = newest): Voice {
  const voice = new Voice(url, () => {})
  voice.begin(9n)
  let branch = 'aa'
  for (let number = 10n; number <= newest; number += 1n) {
    const { events = [], branch: own = branch } = told[Number(number)] ?? {}
    branch = own
    voice.handler.block({ number, hash: hash(number, branch), timestamp: 100n + number, events })
  }
  voice.handler.final(final)
  voice.heard(undefined)
  return voice
}

const silenced = (voice: Voice): Voice => {
  voice.heard(new Error('it is gone'))
  return voice
}

/** What the endpoints say together, led by the first. */
const join = (leader: Voice, ...others: readonly Voice[]) => {
  const { blocks, ...rest } = joinVoices([leader, ...others], leader)
  return { ...rest, blocks, events: blocks.flatMap(({ events }) => events) }
}

describe('an alarm of an endpoint that fell silent', () => {
  it('counts and is in dispute, in a block that the leader has', () => {
    const silent = silenced(voiceOf('b', 20n, { 15: { events: [closeAt(7n)] } }))
    const { events, final, differences } = join(voiceOf('a', 30n), silent, voiceOf('c', 30n))
    expect(events).toEqual([closeAt(7n)])
    expect(final).toBe(14n)
    expect(differences).toEqual([{ url: 'b', than: 'a', kind: 'events', number: 15n }])
  })

  it('counts and is in dispute, in a block that the leader has another for', () => {
    const silent = silenced(voiceOf('b', 20n, { 15: { branch: 'bb', events: [closeAt(7n)] } }))
    const { events, final, differences } = join(voiceOf('a', 30n), silent, voiceOf('c', 30n))
    expect(events).toEqual([closeAt(7n)])
    expect(final).toBe(14n)
    expect(differences).toMatchObject([{ url: 'b', than: 'a', kind: 'events' }])
  })

  it('counts before the leader is as far', () => {
    const silent = silenced(voiceOf('b', 20n, { 20: { events: [closeAt(7n)] } }))
    const { events, differences } = join(voiceOf('a', 18n), silent, voiceOf('c', 18n))
    expect(events).toEqual([closeAt(7n)])
    expect(differences).toEqual([])
  })

  it('is over once the leader shows it elsewhere, as a reorganisation leaves it', () => {
    const silent = silenced(voiceOf('b', 20n, { 15: { branch: 'bb', events: [closeAt(7n)] } }))
    const moved = { 16: { events: [closeAt(8n)] } }
    const { events, final, differences } = join(voiceOf('a', 30n, moved), silent, voiceOf('c', 30n, moved))
    expect(events).toEqual([closeAt(8n)])
    expect(final).toBe(30n)
    expect(differences).toEqual([])
  })

  it('is no dispute about what holds no alarm', () => {
    const silent = silenced(voiceOf('b', 20n, { 15: { branch: 'bb', events: [credited] } }))
    const { events, final, differences } = join(voiceOf('a', 30n), silent, voiceOf('c', 30n))
    expect(events).toEqual([])
    expect(final).toBe(30n)
    expect(differences).toEqual([])
  })
})

describe('the same event, twice in one block', () => {
  const twice = { 15: { events: [credited, credited] } }

  it('is no difference between those that show it twice', () => {
    const { events, final, differences } = join(voiceOf('a', 30n, twice), voiceOf('b', 30n, twice))
    expect(events).toEqual([credited, credited])
    expect(final).toBe(30n)
    expect(differences).toEqual([])
  })

  it('counts once where one shows it once, and is in dispute', () => {
    const once = { 15: { events: [credited] } }
    for (const [leader, other] of [
      [twice, once],
      [once, twice],
    ]) {
      const { events, final, differences } = join(voiceOf('a', 30n, leader), voiceOf('b', 30n, other))
      expect(events).toEqual([credited])
      expect(final).toBe(14n)
      expect(differences).toEqual([{ url: 'b', than: 'a', kind: 'events', number: 15n }])
    }
  })
})

describe('an endpoint that calls nothing more final', () => {
  it.each([
    ['the leader', 20n, 2_000n, 'a', 'b'],
    ['another', 2_000n, 20n, 'b', 'a'],
  ])('is told, %s', (_, first, second, frozen, other) => {
    const { final, differences } = join(voiceOf('a', 2_010n, {}, first), voiceOf('b', 2_010n, {}, second))
    expect(final).toBe(20n)
    expect(differences).toEqual([{ url: frozen, than: other, kind: 'unfinal', number: 21n }])
  })

  it('is no news for as long as Filecoin takes without its fast finality', () => {
    expect(join(voiceOf('a', 1_010n, {}, 1_000n), voiceOf('b', 1_010n, {}, 100n)).differences).toEqual([])
  })
})
