import type { Clock } from '@sluice/engine'
import { HttpRequestError, numberToHex, RpcRequestError } from 'viem'
import { describe, expect, it } from 'vitest'
import { clientOf, type Rpc } from '../rpc/rpc.ts'
import type { Question } from '../rpc/wires.ts'
import { jointRpc } from './joint-rpc.ts'

/** Time that passes when the test says so. */
class HandClock implements Clock {
  #now = 0
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  get waiting(): number {
    return this.#timers.size
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  async pass(milliseconds: number): Promise<void> {
    await settle()
    this.#now += milliseconds
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue
      timer.run()
      await settle()
    }
  }
}

/** Lets all run that waits for nothing else. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Says = unknown | ((question: Question) => unknown)

const never = (): Promise<never> => new Promise(() => {})
const gone = (): never => {
  throw new HttpRequestError({ url: 'http://127.0.0.1:9', status: 503 })
}
const refuses = (message: string) => (): never => {
  throw new RpcRequestError({ body: {}, url: 'http://127.0.0.1:9', error: { code: -32000, message } })
}

/** Several endpoints, each of which says one thing whatever it is asked; those that it says may be changed. */
function createPanel(...says: Says[]) {
  const clock = new HandClock()
  const asked: number[] = []
  const rpcs = says.map((_, i): Rpc => {
    const client = clientOf(async (question) => {
      asked.push(i)
      const say = says[i]
      return typeof say === 'function' ? say(question) : say
    })
    return { url: `http://127.0.0.1:${i}`, client, reset: async () => {}, close: async () => {} }
  })
  const [first, ...others] = rpcs
  if (first === undefined) throw new RangeError('one endpoint at least')
  const rpc = jointRpc([first, ...others], () => rpcs, clock)
  const ask = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    rpc.client.request({ method, params } as never)
  const count = async (block: string): Promise<number> => Number(await ask('eth_getTransactionCount', ['0x11', block]))
  return { clock, says, asked, ask, count }
}

const hex = (value: number) => numberToHex(value)

describe('what stands in the way of a transaction', () => {
  it.each([
    ['the balance is the most that any shows', 'eth_getBalance', [0, 900, 800], 900],
    ['the priority fee is the least', 'eth_maxPriorityFeePerGas', [9_000, 30, 20], 20],
    ['the price of gas is the least', 'eth_gasPrice', [9_000, 30, 20], 20],
    ['gas is what the one in the middle estimates', 'eth_estimateGas', [1, 10 ** 9, 50_000], 50_000],
    ['gas is the larger of two estimates', 'eth_estimateGas', [1, 50_000], 50_000],
  ] as const)('%s', async (_, method, says, expected) => {
    for (const order of [says, says.toReversed()]) {
      const { ask } = createPanel(...order.map(hex))
      expect(Number(await ask(method))).toBe(expected)
    }
  })

  it('is asked of those that answer alone', async () => {
    const { ask } = createPanel(refuses('execution reverted'), hex(50_000), gone)
    expect(await ask('eth_estimateGas')).toBe(hex(50_000))
    expect(await ask('eth_getBalance')).toBe(hex(50_000))
  })

  it('is what all refuse, before that one does not answer', async () => {
    const { ask } = createPanel(gone, refuses('execution reverted'))
    await expect(ask('eth_estimateGas')).rejects.toThrow('execution reverted')
  })

  it('is no answer that is no number, while another is one', async () => {
    const { ask } = createPanel('garbage', null, hex(7))
    expect(await ask('eth_getBalance')).toBe(hex(7))
  })

  it('is the newest block of the best one, with the least base fee', async () => {
    const block = (number: number, fee: number) => ({ number: hex(number), baseFeePerGas: hex(fee) })
    const { ask } = createPanel(block(7, 9_000), block(6, 100), null, gone)
    const newest = await ask('eth_getBlockByNumber', ['latest', false])
    expect(newest).toEqual({ number: hex(7), baseFeePerGas: hex(100) })
    expect(await ask('eth_getBlockByNumber', [hex(7), false])).toEqual(block(7, 9_000))
  })
})

describe('an endpoint that is silent', () => {
  it.each(['eth_call', 'eth_estimateGas', 'eth_getTransactionReceipt', 'eth_getBalance'])(
    'holds up an answer of another to %s for three seconds',
    async (method) => {
      const { clock, ask } = createPanel(never, hex(5))
      let answer: unknown
      ask(method).then((value) => {
        answer = value
      })
      await clock.pass(2_900)
      expect(answer).toBeUndefined()
      await clock.pass(100)
      expect(answer).toBe(hex(5))
      expect(clock.waiting).toBe(0)
    },
  )

  it('is believed where it answers after all, and before the next', async () => {
    let speak: (value: unknown) => void = () => {}
    const slow = new Promise((resolve) => {
      speak = resolve
    })
    const { clock, asked, ask } = createPanel(() => slow, never)
    const answer = ask('eth_call')
    await clock.pass(3_000)
    expect(asked).toEqual([0, 1])
    speak('0x01')
    expect(await answer).toBe('0x01')
  })

  it('keeps no transaction back, nor the news that others refuse it', async () => {
    expect(await createPanel(never, '0xaa').ask('eth_sendRawTransaction')).toBe('0xaa')
    const { clock, ask } = createPanel(never, refuses('transaction underpriced'))
    const sent = ask('eth_sendRawTransaction').then(
      () => 'taken',
      (error: Error) => error.message,
    )
    await clock.pass(3_000)
    expect(await sent).toContain('underpriced')
  })

  it('holds up no longer that others have nothing, or refuse', async () => {
    for (const [says, expected] of [
      [null, 'null'],
      [refuses('execution reverted'), 'reverted'],
    ] as const) {
      const { clock, ask } = createPanel(says, never)
      const asked = ask('eth_getTransactionReceipt').then(String, (error: Error) => error.message)
      await clock.pass(3_000)
      expect(await asked).toContain(expected)
      expect(clock.waiting).toBe(0)
    }
  })

  it('is waited for where others do not answer either', async () => {
    const { clock, ask } = createPanel(never, gone)
    let isOver = false
    ask('eth_sendRawTransaction').finally(() => {
      isOver = true
    })
    await clock.pass(60_000)
    expect(isOver).toBe(false)
  })
})

describe('an endpoint that fails', () => {
  it('is followed by the next at once', async () => {
    const { clock, ask } = createPanel(gone, refuses('no'), '0x07')
    expect(await ask('eth_call')).toBe('0x07')
    expect(clock.waiting).toBe(0)
  })

  it('is no reason not to find what another shows', async () => {
    const receipt = { status: '0x1' }
    expect(await createPanel(null, gone, receipt).ask('eth_getTransactionReceipt')).toEqual(receipt)
    expect(await createPanel(null, gone).ask('eth_getTransactionReceipt')).toBeNull()
  })
})

describe('the count of transactions', () => {
  const send = (panel: ReturnType<typeof createPanel>) => panel.ask('eth_sendRawTransaction', ['0x02'])

  it.each(['latest', 'pending'])('is not held back by one that lags, %s', async (block) => {
    const panel = createPanel(hex(100), hex(100))
    const { says, count } = panel
    expect(await count(block)).toBe(100)
    for (let i = 1; i <= 200; i++) {
      await send(panel)
      says[i % 2] = hex(100 + i)
      says[(i + 1) % 2] = hex(i % 3 === 0 ? 0 : 100)
      expect(await count(block)).toBe(100 + i)
    }
    says.fill(hex(300))
    expect(await count(block)).toBe(300)
  })

  it.each(['latest', 'pending'])('is not led away by one that says too many, %s', async (block) => {
    const panel = createPanel(hex(100), hex(100))
    const { says, count } = panel
    await count(block)
    for (let i = 1; i <= 200; i++) {
      await send(panel)
      says[i % 2] = hex(100 + i)
      says[(i + 1) % 2] = hex(1_000_000)
      expect(await count(block)).toBe(100 + i)
    }
  })

  it('is the one in the middle of several', async () => {
    expect(await createPanel(hex(57), hex(60), hex(110)).count('pending')).toBe(60)
  })

  it('is that of the best one where they never agreed, and lie far apart', async () => {
    expect(await createPanel(hex(100), hex(0)).count('pending')).toBe(100)
    expect(await createPanel(hex(100), hex(0)).count('latest')).toBe(100)
    expect(await createPanel(hex(100), hex(10 ** 6)).count('pending')).toBe(100)
  })

  it('holds what waits at one of them', async () => {
    const { count } = createPanel(hex(57), hex(60))
    expect(await count('pending')).toBe(60)
  })

  it('falls where a reorganisation has it fall for all', async () => {
    const { says, count } = createPanel(hex(100), hex(100))
    await count('latest')
    says.fill(hex(97))
    expect(await count('latest')).toBe(97)
  })

  it('as of a block that stays is the least that can be, however long it takes', async () => {
    const { clock, says, count } = createPanel(hex(100), hex(100))
    expect(await count(hex(1_000))).toBe(100)
    says[0] = hex(103)
    expect(await count(hex(1_010))).toBe(100)
    // Less than all agreed on before can not be.
    says[1] = hex(3)
    expect(await count(hex(1_020))).toBe(103)
    let speak: (value: unknown) => void = () => {}
    const slow = new Promise((resolve) => {
      speak = resolve
    })
    says[1] = () => slow
    const asked = count(hex(1_030))
    await clock.pass(10_000)
    speak(hex(102))
    expect(await asked).toBe(102)
  })
})
