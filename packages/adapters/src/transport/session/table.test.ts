import { describe, expect, it } from 'vitest'
import type { SecureSession } from './session.ts'
import { SessionTable } from './table.ts'

const low = `0x${'11'.repeat(20)}` as const
const high = `0x${'ee'.repeat(20)}` as const
const DIALLED = 0
const WAS_DIALLED = 1

type Sketch = Pick<SecureSession, 'peer' | 'role' | 'instance'>

/** A table looks at these alone. */
function session(sketch: Sketch): SecureSession {
  return sketch as SecureSession
}

describe('of two sessions with one peer', () => {
  it.each([
    ['the lower signer', low, high, DIALLED, WAS_DIALLED],
    ['the higher signer', high, low, WAS_DIALLED, DIALLED],
  ] as const)('%s keeps the one that the lower dialled, whichever came first', (_who, self, peer, kept, lost) => {
    for (const order of [
      [kept, lost],
      [lost, kept],
    ] as const) {
      const table = new SessionTable(self)
      for (const role of order) table.admit(session({ peer, role, instance: '0x01' }))
      expect(table.get(peer)?.role).toBe(kept)
    }
  })

  it('the newer one stays when the peer was started anew', () => {
    const table = new SessionTable(low)
    const old = session({ peer: high, role: DIALLED, instance: '0x01' })
    const fresh = session({ peer: high, role: WAS_DIALLED, instance: '0x02' })
    table.admit(old)
    expect(table.admit(fresh)).toEqual({ keep: 'new', replaced: old })
  })

  it('the newer one stays when it was dialled the same way', () => {
    const table = new SessionTable(low)
    const [old, fresh] = [0, 1].map(() => session({ peer: high, role: WAS_DIALLED, instance: '0x01' }))
    if (old === undefined || fresh === undefined) throw new Error('two were made')
    table.admit(old)
    expect(table.admit(fresh)).toEqual({ keep: 'new', replaced: old })
    expect(table.remove(old)).toBe(false)
    expect(table.get(high)).toBe(fresh)
    expect(table.remove(fresh)).toBe(true)
    expect(table.get(high)).toBeUndefined()
  })
})
