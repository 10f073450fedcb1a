import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalChain, startAnvil } from '../../tools/anvil.ts'
import { fvmTableOf, measureFvm, placeOf } from './measure.ts'
import { startRunner } from './runner.ts'

const node = (code: string) => `${process.execPath} --eval ${code}`
const runnerFile = fileURLToPath(new URL('anvil-runner.ts', import.meta.url))
let chain: LocalChain

beforeAll(async () => {
  chain = await startAnvil(314, ['--gas-limit', '10000000000'])
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('gas of Filecoin', () => {
  it('is that of every scene, as the runner tells it', { timeout: 300_000 }, async () => {
    const command = `${process.execPath} ${runnerFile} ${chain.url}`
    const report = await measureFvm({ command, bundle: 'actors.car', version: 28 })
    expect(Object.keys(report.gas)).toContain('redeemEachOf100')
    for (const [name, gas] of Object.entries(report.gas)) expect([name, gas > 20_000]).toEqual([name, true])
    expect(fvmTableOf(report).split('\n')).toHaveLength(1 + Object.keys(report.gas).length)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('is not measured where no runner is named', () => {
    expect(placeOf({})).toBeUndefined()
    expect(placeOf({ SLUICE_FVM: ' ' })).toBeUndefined()
    expect(() => placeOf({ SLUICE_FVM: 'runner' })).toThrow('SLUICE_FVM_BUNDLE')
    const named = { SLUICE_FVM: 'runner', SLUICE_FVM_BUNDLE: 'actors.car' }
    expect(placeOf(named)).toEqual({ command: 'runner', bundle: 'actors.car', version: 28 })
    expect(() => placeOf({ ...named, SLUICE_FVM_VERSION: 'v18' })).toThrow('SLUICE_FVM_VERSION')
  })
})

describe('a runner', () => {
  const actor = { op: 'actor', who: `0x${'00'.repeat(20)}` } as const

  it('that refuses, ends or is not there is an error that says so', async () => {
    await using refusing = startRunner(node(`process.stdin.once('data',()=>console.log('{"error":"none"}'))`))
    await expect(refusing.ask(actor)).rejects.toThrow('actor: none')
    await using ending = startRunner(node('process.exit(3)'))
    await expect(ending.ask(actor)).rejects.toThrow('ended with 3')
    await using missing = startRunner('no-such-runner')
    await expect(missing.ask(actor)).rejects.toThrow('no-such-runner')
  })
})
