import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { defineCommand } from '../cli/command.ts'
import { loadKey } from '../config/key.ts'
import { commonOptions, dataOptions } from './options.ts'

const show = defineCommand({
  name: 'keys show',
  summary: 'show the address of the key',
  description: 'Shows the address of the key of a data folder. The key itself is never shown.',
  arguments: [],
  options: { ...commonOptions, ...dataOptions },
  examples: ['sluice keys show'],
  run: async ({ output, environment }, values) => {
    const crypto = await createNodeCrypto()
    const { address } = crypto.signer(await loadKey(values, environment))
    output.result({ address }, address)
  },
})

export const keyCommands = [show]
