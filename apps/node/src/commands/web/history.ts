import { formatAmountOf } from '../../cli/amount.ts'
import { defineCommand } from '../../cli/command.ts'
import { flagOnly, toggle } from '../../cli/options.ts'
import { commonOptions, dataOptions } from '../../config/options.ts'
import { loadTokens } from '../../config/tokens.ts'
import type { KeptReceipt } from '../../fetch/receipts.ts'

/** What `sluice fetch` bought. */
export const historyCommand = defineCommand({
  name: 'history',
  summary: 'what was bought, and what it cost',
  description:
    'Lists what `sluice fetch` bought with a data folder, oldest first: when, where, what it was charged, what hubs got, and who was paid. Needs neither a node nor a chain. With --csv for spreadsheets, amounts in base units.',
  arguments: [],
  options: { ...commonOptions, ...dataOptions, csv: flagOnly(toggle('as a table with commas')) },
  examples: ['sluice history', 'sluice history --csv > bought.csv', 'sluice history --json'],
  run: async ({ output }, { data, csv }) => {
    const { readReceipts, toCsv } = await import('../../fetch/receipts.ts')
    loadTokens(data)
    const { receipts, broken } = readReceipts(data)
    if (broken > 0) output.streams.err(`${broken} lines of the history can not be read\n`)
    if (csv && !output.json) output.streams.out(`${toCsv(receipts)}\r\n`)
    else output.result({ receipts }, receipts.length === 0 ? 'nothing was bought' : receipts.map(line).join('\n'))
  },
})

function line({ at, method, url, status, token, charged, fees }: KeptReceipt): string {
  const cost = `${formatAmountOf(token, charged)}${fees === 0n ? '' : `, ${formatAmountOf(token, fees)} to hubs`}`
  return `${new Date(Number(at)).toISOString()}  ${status}  ${method} ${url}  ${cost}`
}
