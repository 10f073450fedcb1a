import { decimalPrice, fil, megabytes, rate, table } from './screen.ts'
import { numberOf, textOf } from './sluice.ts'
import { type Each, type Outcome, type PartyName, parties } from './story.ts'

/** What a party had and has, and why. Base units; gas is what it paid for its own transactions. */
export interface PartyBalance {
  readonly before: bigint
  readonly after: bigint
  readonly gas: bigint
  /** The change, gas aside. */
  readonly change: bigint
  /** What the change should be. */
  readonly expected: bigint
}

/** What the demo shows in the end. */
export interface Summary {
  readonly ok: boolean
  readonly bytes: number
  readonly blocksVerified: number
  readonly payments: number
  readonly paid: bigint
  readonly fees: bigint
  readonly price: { readonly amount: string; readonly per: string }
  readonly timeToFirstPaymentMs: number
  readonly downloadMs: number
  readonly unpaidDownloadMs: number
  readonly onchainTransactions: number
  readonly gasByCall: Readonly<Record<string, bigint>>
  readonly balances: Each<PartyBalance>
  readonly conserved: boolean
}

/** Draws the conclusions: was all verified, was the price paid exactly, and did the money go where it should. */
export function summarize(outcome: Outcome): Summary {
  const { paidDownload, unpaidDownload, transactions, deployGas } = outcome
  const bytes = numberOf(paidDownload, 'bytes')
  const paid = BigInt(textOf(paidDownload, 'paid'))
  const fees = BigInt(textOf(paidDownload, 'fees'))
  const price = paidDownload.price as { readonly amount: string; readonly per: string }
  const balances = balancesOf(outcome, { client: -paid - fees, hub: fees, provider: paid })
  const conserved =
    outcome.contractBalance === 0n && parties.reduce((sum, name) => sum + balances[name].change, 0n) === 0n
  const asPriced = paid === priceOf(bytes, price)
  const isComplete = numberOf(paidDownload, 'blocksVerified') > 0 && paidDownload.complete === true
  const asExpected = parties.every((name) => balances[name].change === balances[name].expected)
  return {
    ok: isComplete && asPriced && asExpected && conserved && numberOf(unpaidDownload, 'bytes') === bytes,
    bytes,
    blocksVerified: numberOf(paidDownload, 'blocksVerified'),
    payments: numberOf(paidDownload, 'payments'),
    paid,
    fees,
    price,
    timeToFirstPaymentMs: numberOf(paidDownload, 'timeToFirstPaymentMs'),
    downloadMs: numberOf(paidDownload, 'downloadMs'),
    unpaidDownloadMs: numberOf(unpaidDownload, 'downloadMs'),
    onchainTransactions: transactions.length + 1,
    gasByCall: gasByCall(outcome, deployGas),
    balances,
    conserved,
  }
}

/** Worked out here on its own, so that the demo checks what was charged: ceil(bytes * amount / per). */
function priceOf(bytes: number, { amount, per }: { readonly amount: string; readonly per: string }): bigint {
  return (BigInt(bytes) * BigInt(amount) + BigInt(per) - 1n) / BigInt(per)
}

function balancesOf(outcome: Outcome, expected: Each<bigint>): Each<PartyBalance> {
  const of = (name: PartyName): PartyBalance => {
    const [before, after] = [outcome.before[name], outcome.after[name]]
    const own = outcome.transactions.filter(({ from }) => from === outcome.addresses[name])
    const gas = own.reduce((sum, { cost }) => sum + cost, 0n)
    return { before, after, gas, change: after - before + gas, expected: expected[name] }
  }
  return { client: of('client'), hub: of('hub'), provider: of('provider') }
}

function gasByCall({ transactions }: Outcome, deployGas: bigint): Record<string, bigint> {
  const sums: Record<string, bigint> = { deploy: deployGas }
  for (const { call, gas } of transactions) sums[call] = (sums[call] ?? 0n) + gas
  return sums
}

/** The summary for people. */
export function summaryText(summary: Summary): string {
  const { bytes, paid, payments, price, balances } = summary
  const slower = (100 * (summary.downloadMs - summary.unpaidDownloadMs)) / Math.max(1, summary.unpaidDownloadMs)
  const money = table([
    ['', 'had', 'has', 'gas', 'change without gas'],
    ...parties.map((name) => {
      const { before, after, gas, change } = balances[name]
      return [name, fil(before), fil(after), fil(gas), fil(change)]
    }),
  ])
  const facts = table([
    ['downloaded', `${megabytes(bytes)}, ${summary.blocksVerified} blocks, each verified before it was paid for`],
    ['paid', `${fil(paid)} in ${payments} payments, at ${decimalPrice(price)}`],
    ['fee of the hub', fil(summary.fees)],
    ['time to first payment', `${summary.timeToFirstPaymentMs.toFixed(1)} ms`],
    [
      'throughput',
      `${rate(bytes, summary.downloadMs)} paid, ${rate(bytes, summary.unpaidDownloadMs)} unpaid (${slower.toFixed(0)}% longer)`,
    ],
    ['on chain', `${summary.onchainTransactions} transactions: ${gasText(summary.gasByCall)}`],
    [
      'conserved',
      summary.conserved ? 'yes: what one party lost the others have, and the contract holds nothing' : 'NO',
    ],
  ])
  return `\n${money}\n\n${facts}\n\n${summary.ok ? 'ok' : 'NOT OK: the numbers above do not add up'}`
}

function gasText(gas: Readonly<Record<string, bigint>>): string {
  return Object.entries(gas)
    .map(([call, amount]) => `${call} ${amount} gas`)
    .join(', ')
}
