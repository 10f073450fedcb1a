import type { Deployed } from '@sluice/adapters/deploy'
import { unlessAborted } from '../access/unless-aborted.ts'
import { defineCommand } from '../cli/command.ts'
import { flagOnly, optional, toggle } from '../cli/options.ts'
import { bytes32 } from '../cli/parse.ts'
import { chainUrlsOf } from '../config/contract.ts'
import { loadKey } from '../config/key.ts'
import { chainOptions, commonOptions, dataOptions } from '../config/options.ts'
import { NodeError } from '../errors.ts'

/** Puts the contract on a chain. */
export const deployCommand = defineCommand({
  name: 'deploy',
  summary: 'put the Sluice contract on a chain',
  description:
    "Deploys the contract, at the address that it has on every chain, through Safe's singleton factory; the key of the data folder pays the gas. Where it stands already nothing is sent. It has no owner: whoever deploys it has no more to say than anybody. Commands find it there without --contract. On a local anvil the factory is put there too.",
  arguments: [],
  options: {
    ...commonOptions,
    ...dataOptions,
    chain: chainOptions.chain,
    chainId: chainOptions.chainId,
    plain: flagOnly(
      toggle('deploy without the factory, each time anew and at another address, which --contract has to name then'),
    ),
    salt: flagOnly(
      optional(
        'bytes',
        'an instance of its own, at the address that follows from these 32 bytes, which --contract has to name then',
        bytes32,
      ),
    ),
  },
  examples: [
    'sluice deploy --chain http://127.0.0.1:8545',
    'sluice deploy --chain https://rpc.example --chain-id 314 --json',
    'sluice deploy --chain http://127.0.0.1:8545 --plain',
    `sluice deploy --chain http://127.0.0.1:8545 --salt 0x${'51'.repeat(32)}`,
  ],
  run: async ({ output, environment, signal }, values) => {
    const [{ deploySluice }, { createNodeCrypto }] = await Promise.all([
      import('@sluice/adapters/deploy'),
      import('@sluice/adapters/crypto-node'),
    ])
    const crypto = await createNodeCrypto()
    const signer = crypto.signer(await loadKey(values, environment))
    const { plain, salt } = values
    if (plain && salt !== undefined) {
      throw new NodeError('VALUE_INVALID', { name: '--salt', value: salt, expected: 'nothing beside --plain' })
    }
    const chainId = values.chainId === undefined ? undefined : BigInt(values.chainId)
    const options = {
      url: chainUrlsOf(values)[0],
      signer,
      plain,
      ...(chainId === undefined ? {} : { chainId }),
      ...(salt === undefined ? {} : { salt }),
    }
    const deployed = await unlessAborted(signal, deploySluice(options))
    output.result(answerOf(deployed), textOf(deployed))
  },
})

function answerOf({ contract, chainId, created }: Deployed) {
  if (created === undefined) return { contract, chainId, existed: true }
  const { block, transaction, gasUsed } = created
  return { contract, chainId, existed: false, block, transaction, gas: gasUsed }
}

function textOf({ contract, chainId, created }: Deployed): string {
  if (created === undefined) return `${contract} on chain ${chainId}: it stands there already, nothing was sent`
  return `${contract} on chain ${chainId}, in block ${created.block} for ${created.gasUsed} gas`
}
