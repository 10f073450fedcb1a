import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { defineCommand } from '../cli/command.ts'
import { chainUrlOf } from '../config/contract.ts'
import { loadKey } from '../config/key.ts'
import { unlessAborted } from '../daemon/access.ts'
import { chainOptions, commonOptions, dataOptions } from './options.ts'

/** Puts the contract on a chain. */
export const deployCommand = defineCommand({
  name: 'deploy',
  summary: 'put the Sluice contract on a chain',
  description:
    'Deploys the contract with the key of the data folder. It has no owner: whoever deploys it has no more to say than anybody.',
  arguments: [],
  options: { ...commonOptions, ...dataOptions, chain: chainOptions.chain, chainId: chainOptions.chainId },
  examples: ['sluice deploy --chain http://127.0.0.1:8545'],
  run: async ({ output, environment, signal }, values) => {
    const { deploySluice } = await import('@sluice/adapters/deploy')
    const crypto = await createNodeCrypto()
    const signer = crypto.signer(await loadKey(values, environment))
    const url = chainUrlOf(values)
    const chainId = values.chainId === undefined ? undefined : BigInt(values.chainId)
    const options = { url, signer, ...(chainId === undefined ? {} : { chainId }) }
    const deployed = await unlessAborted(signal, deploySluice(options))
    const { contract, block, transaction, gasUsed } = deployed
    const answer = { contract, chainId: deployed.chainId, block, transaction, gas: gasUsed }
    output.result(answer, `${contract} on chain ${deployed.chainId}, in block ${block} for ${gasUsed} gas`)
  },
})
