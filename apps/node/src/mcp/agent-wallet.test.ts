import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOutput } from '../cli/output.ts'
import type { MethodName, NodeApi } from '../rpc/methods.ts'
import { createAgentWallet } from './agent-wallet.ts'

const self = `0x${'d'.repeat(40)}` as const
const token = `0x${'0'.repeat(40)}` as const
const answers: Partial<Record<MethodName, unknown>> = {
  'node.info': { signer: self, account: self, chainId: 314n, contract: `0x${'e'.repeat(40)}` },
  'tab.secret': { publicKey: `0x04${'11'.repeat(64)}` },
}
const call = async (method: MethodName) => answers[method]
const node: NodeApi = { call: call as NodeApi['call'], subscribe: async () => () => {}, close: async () => {} }
const output = createOutput(
  { out: () => {}, err: () => {}, bytes: async () => true, errIsTerminal: false, columns: 80 },
  true,
)

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sluice-agent-'))
})
afterEach(() => rmSync(data, { recursive: true }))

const open = () =>
  createAgentWallet(node, output, {
    ...{ data, token, rules: { day: 10n }, feesMax: undefined, allowPrivate: false, timeout: 50 },
  })

test('one wallet at a time spends by the rules of a data folder', async () => {
  const first = await open()
  await expect(open()).rejects.toMatchObject({ code: 'WALLET_IN_USE', details: { process: process.pid } })
  await first.stop()
  const second = await open()
  await second.stop()
  expect(existsSync(join(data, 'agent-spending.lock'))).toBe(false)
})
