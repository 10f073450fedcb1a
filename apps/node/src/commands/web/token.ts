import { tokenUnitOf } from '../../cli/amount.ts'
import { defineCommand } from '../../cli/command.ts'
import { token as tokenOf } from '../../cli/parse.ts'
import { chainUrlsOf } from '../../config/contract.ts'
import { chainOptions, commonOptions, dataOptions } from '../../config/options.ts'
import { learnToken, loadTokens } from '../../config/tokens.ts'

/** Learns how a token writes its amounts. */
export const tokenCommand = defineCommand({
  name: 'token',
  summary: 'learn how a token writes its amounts',
  description:
    'Reads the symbol and the decimals of a token from the token itself, once, and keeps them in the data folder: from then on amounts of it can be given and are shown as 12.5USDFC. Commands that take --token do so by themselves.',
  arguments: [{ name: 'token', description: 'address of an ERC-20 token' }],
  options: { ...commonOptions, ...dataOptions, chain: chainOptions.chain },
  examples: ['sluice token 0x80b98d3aa09ffff255c3ba4a241111ff1262f045 --chain https://rpc.example'],
  run: async ({ output }, values, [text = '']) => {
    const token = tokenOf(text, 'the token')
    loadTokens(values.data)
    await learnToken(values.data, token, () => chainUrlsOf(values)[0])
    const { symbol, decimals } = tokenUnitOf(token)
    output.result({ token, symbol, decimals }, `${token} calls itself ${symbol}, with ${decimals} places`)
  },
})
