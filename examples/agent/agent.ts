import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createTabFetch, type TabPayer } from '@sluice/http'
import { createPayingClient } from '@sluice/mcp'
import { SluiceError } from '@sluice/protocol'

/** What the agent may spend, base units. It is enforced by what pays: nothing that the agent reads can change it. */
export interface Allowance {
  readonly each: bigint
  readonly day: bigint
}

/** One step of the agent: what it asked, and what it got or why it got nothing. */
export interface Step {
  readonly word: string
  readonly answer?: string
  readonly refused?: string
}

/** Looks words up with a tool that costs money, until all are known or the allowance is used up. */
export async function runAgent(
  payer: TabPayer,
  transport: Transport,
  { each, day }: Allowance,
  words: readonly string[],
  told: (step: Step) => void,
): Promise<void> {
  const wallet = createTabFetch({ payer, rules: { request: each, day } })
  const mcp = new Client({ name: 'agent', version: '1.0.0' })
  await mcp.connect(transport)
  const tools = createPayingClient(mcp, wallet, { isLocal: true })
  try {
    for (const word of words) {
      const { content } = await tools.callTool({ name: 'look_up', arguments: { word } })
      const [first] = content as { text: string }[]
      told({ word, answer: first?.text ?? '' })
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    told({ word: '', refused: `${error.code}: ${error.message}` })
  } finally {
    await mcp.close()
    // Pays what is due, and gives the rest back.
    await wallet.stop()
  }
}
