import type { SpendingRules } from '@sluice/http'
import { withNode } from '../../access/with-node.ts'
import { defineCommand } from '../../cli/command.ts'
import { defaulted, optional, several, type Values } from '../../cli/options.ts'
import { createOutput } from '../../cli/output.ts'
import { address, amountOf } from '../../cli/parse.ts'
import { buyingOptions, engineOptions } from '../../config/options.ts'

const options = {
  ...engineOptions,
  max: defaulted('amount', 'most that one request may cost', amountOf, '0.01FIL'),
  maxHour: optional('amount', 'most that may be spent in any hour', amountOf),
  maxDay: defaulted('amount', 'most that may be spent in any day', amountOf, '0.1FIL'),
  maxPayee: optional('amount', 'most that one payee may get in a day', amountOf),
  payee: several('signer', 'who may be paid; may be given several times (default: anybody)', address),
  ...buyingOptions,
}

/** Gives an agent a wallet with rules, as a server of the Model Context Protocol. */
export const mcpCommand = defineCommand({
  name: 'mcp',
  summary: 'give an agent a wallet with spending rules, over MCP',
  description:
    'A server of the Model Context Protocol on standard input and output, for the settings of an agent. Its tools: fetch, which pays what a server asks for; balance, limits and history. What may be spent is said here, and nothing that the agent is told can change it; a refusal names the rule. What was spent is kept in the data folder, so that the limits of an hour and of a day hold over restarts: one such server for a data folder at a time. Pays out of the running node of the data folder, or runs the engine itself.',
  arguments: [],
  options,
  examples: ['sluice mcp', 'sluice mcp --max 0.001FIL --max-hour 0.005FIL --max-day 0.02FIL'],
  endsWithin: 15_000,
  run: async (context, values) => {
    const [{ createAgentWallet }, { serveAgent }] = await Promise.all([
      import('../../mcp/agent-wallet.ts'),
      import('../../mcp/serve-agent.ts'),
    ])
    const { signal, version } = context
    const { streams } = context.output
    // Standard output is the agent's: what is told to people goes to standard error.
    const output = createOutput(streams, false)
    // What is due is paid and tabs are closed before the node ends: an interruption ends the serving alone.
    const uninterrupted = { ...context, output, signal: new AbortController().signal }
    await withNode(uninterrupted, values, async (node) => {
      const { token, data, feeMax, allowPrivate, timeout } = values
      const { wallet, stop } = await createAgentWallet(node, output, {
        data,
        token,
        rules: rulesOf(values),
        feesMax: feeMax?.(token),
        allowPrivate,
        timeout: Math.max(1, timeout) * 1_000,
      })
      try {
        await serveAgent(wallet, process.stdin, streams, version, signal)
      } finally {
        await stop()
      }
    })
  },
})

function rulesOf({ max, maxHour, maxDay, maxPayee, payee, token }: Values<typeof options>): SpendingRules {
  return {
    request: max(token),
    day: maxDay(token),
    ...(maxHour && { hour: maxHour(token) }),
    ...(maxPayee && { payee: maxPayee(token) }),
    ...(payee !== undefined && payee.length > 0 && { payees: payee }),
  }
}
