import { createClientOver } from '@sluice/client'
import type { Engine } from '@sluice/engine'
import { type LocalNetwork, startLocalNetwork } from '@sluice/testing/local-chain'
import { type Buyer, createBuyers } from './buyers.ts'
import { PRICE, startShops } from './shops.ts'

/** How often each thing is bought before the budget is used up. */
const TIMES = 10

/** What one way of buying cost. */
export interface Row {
  readonly name: string
  readonly bought: number
  /** Base units. */
  readonly paid: bigint
  /** Milliseconds: of the first, which may open a virtual channel, and the median of the others. */
  readonly first: number
  readonly others: number
  /** Sent by anybody on the chain meanwhile. */
  readonly transactions: number
  /** The code by which it was refused once the budget was used up. */
  readonly refused: string
}

export interface Outcome {
  readonly rows: readonly Row[]
  readonly budget: bigint
  /** What the agent's channel lost, and what the seller's got, base units. */
  readonly sent: bigint
  readonly received: bigint
  /** What the hub kept. */
  readonly fees: bigint
  readonly virtualChannels: number
}

/** An agent buys by every dialect out of one budget, until that is used up. */
export async function tellStory(step: (text: string) => void): Promise<Outcome> {
  step('starting a chain, a hub, a seller and an agent, with channels of one FIL')
  await using network = await startLocalNetwork()
  const { engine } = network.payer
  const { chainId, deployed } = network.chain
  await using shops = await startShops(network.payee.payee)
  // One for each way of buying, and no more.
  const budget = PRICE * BigInt(5 * TIMES)
  const wallet = createClientOver(
    engine,
    { chainId, contract: deployed.contract },
    { spending: { request: PRICE, day: budget } },
  )
  const { buyers, stop } = await createBuyers(wallet, shops)
  const bought: Omit<Row, 'refused'>[] = []
  for (const buyer of buyers) {
    step(`buying ${TIMES} times: ${buyer.name}`)
    bought.push(await buyMany(network, buyer))
  }
  step('buying once more by each: the budget is used up')
  const refused: string[] = []
  for (const buyer of buyers) refused.push(await refusalOf(buyer))
  const virtualChannels = engine.virtuals().length
  step('settling')
  await wallet.closeTabs()
  await network.settled()
  await stop()
  return {
    ...moneyOf(network),
    rows: bought.map((row, i) => ({ ...row, refused: refused[i] ?? '' })),
    budget,
    virtualChannels,
  }
}

async function buyMany(network: LocalNetwork, { name, buy }: Buyer): Promise<Omit<Row, 'refused'>> {
  const before = await transactionsOf(network)
  const times: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const started = performance.now()
    await buy()
    times.push(performance.now() - started)
  }
  const [first = 0, ...others] = times
  const median = others.toSorted((a, b) => a - b)[Math.floor(others.length / 2)] ?? 0
  const transactions = (await transactionsOf(network)) - before
  return { name, bought: TIMES, paid: PRICE * BigInt(TIMES), first, others: median, transactions }
}

/** The code of what stops a purchase, also where something else wraps it; empty where nothing does. */
async function refusalOf({ buy }: Buyer): Promise<string> {
  try {
    await buy()
    return ''
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (typeof code === 'string') return code
    // Clients of x402 keep the message alone.
    return error instanceof Error && error.message.includes('the rule day') ? 'SPENDING_RULE' : String(error)
  }
}

async function transactionsOf({ chain, payer, payee, hub }: LocalNetwork): Promise<number> {
  const accounts = [payer.engine.account, payee.engine.account, hub.account]
  const counts = await Promise.all(
    accounts.map((account) => chain.rpc<string>('eth_getTransactionCount', account, 'latest')),
  )
  return counts.reduce((sum, count) => sum + Number(count), 0)
}

function moneyOf({ payer, payee, hub }: LocalNetwork): Pick<Outcome, 'sent' | 'received' | 'fees'> {
  const sum = (engine: Engine, way: 'sent' | 'received') =>
    engine.channels().reduce((total, { paid }) => total + paid[way], 0n)
  return {
    sent: sum(payer.engine, 'sent'),
    received: sum(payee.engine, 'received'),
    fees: sum(hub, 'received') - sum(hub, 'sent'),
  }
}
