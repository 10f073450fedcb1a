import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Outcome {
  readonly code: number
  readonly lines: readonly string[]
  readonly errors: string
}

async function bench(...args: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args])
    return { code: 0, lines: stdout.trim().split('\n'), errors: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, lines: stdout.trim().split('\n'), errors: stderr }
  }
}

const result = ({ lines }: Outcome): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '')
const number = expect.any(Number)

describe('a bench', () => {
  it('measures the time to first payment, its limit and where the time goes', async () => {
    const outcome = await bench('ttfp', '--json', '--n', '5', '--latency', '3', '--jitter', '1')
    expect(outcome.lines).toHaveLength(1)
    const { p50, limit, breakdown, ...rest } = result(outcome)
    expect(rest).toMatchObject({ n: 5, p90: number, p99: number, unit: 'ms', latency: 3, jitter: 1, floor: number })
    expect(breakdown).toMatchObject({ payerCommits: number, wireToHub: number, payeeCommits: number })
    // Two hops of three milliseconds, give or take one each.
    expect(limit).toBeGreaterThanOrEqual(4)
    expect(p50).toBeGreaterThanOrEqual(4)
  })

  it('measures calls that are paid for on a tab, beside unpaid ones', async () => {
    const { paidCall, unpaidCall, firstCall, callsPerSecond } = result(await bench('http', '--json', '--n', '5'))
    for (const figures of [paidCall, unpaidCall, firstCall])
      expect(figures).toMatchObject({ n: 5, p50: number, p99: number })
    expect(callsPerSecond).toBeGreaterThan(0)
  })

  it.each(['store', 'lane'])('measures the %s', async (name) => {
    const outcome = await bench(name, '--n', '20')
    expect(outcome.code).toBe(0)
    expect(outcome.lines.length).toBeGreaterThan(1)
    expect(result(outcome)).toMatchObject({ bench: name, machine: { cores: number } })
  })

  it('measures downloads, paid and unpaid, beside curl', async () => {
    const { rows } = result(await bench('download', '--json', '--n', '1', '--size', '2'))
    const rates = { curl: number, unpaid: number, paid: number }
    const usage = { paid: { get: { cpu: number, memory: number } } }
    const row = { n: 1, rates, unpaidByCurl: number, paidByUnpaid: number, payments: number, usage }
    expect(rows).toMatchObject([16, 64, 256, 1024].map((blockKiB) => ({ blockKiB, ...row })))
  })

  it('measures openings and closings at once', async () => {
    const { rows } = result(await bench('burst', '--json', '--n', '10'))
    const half = {
      done: 20,
      lost: {},
      neededTimers: expect.any(Boolean),
      perSecond: number,
      p50: number,
      p99: number,
      each: { cpuMs: number },
    }
    expect(rows).toMatchObject([
      { atOnce: 1, n: 20, opened: half, closed: half },
      { atOnce: 10, n: 20, opened: half, closed: half },
    ])
  })

  it('measures what open virtual channels cost', async () => {
    const { rows } = result(await bench('open', '--json', '--n', '100'))
    const quantiles = { n: number, p50: number, p99: number }
    expect(rows).toMatchObject([
      {
        open: 100,
        heapBytesEach: number,
        residentBytesEach: number,
        restartMs: number,
        idleBlock: quantiles,
        events: { open: quantiles, close: quantiles, session: quantiles },
      },
    ])
  })

  it.each([
    [['nonsense'], 2, 'there is no bench named nonsense'],
    [['lane', '--n', 'many'], 1, '--n takes a number'],
    [['lane', '--colour', 'red'], 1, '--colour'],
  ])('says what is wrong with %j', async (args, code, text) => {
    const outcome = await bench(...args)
    expect(outcome.code).toBe(code)
    expect(outcome.errors).toContain(text)
  })
})
