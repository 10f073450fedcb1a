import { join } from 'node:path'
import { createBuyer } from '@sluice/client/buyer'
import type { SpendingRules, TabRecords } from '@sluice/http'
import { openFileRecords } from '@sluice/http/node'
import type { Wallet } from '@sluice/mcp/wallet'
import type { Address } from '@sluice/protocol'
import type { Output } from '../cli/output.ts'
import { NodeError } from '../errors.ts'
import { createNodePayer } from '../fetch/node-payer.ts'
import { claimFile } from '../files/claim.ts'
import type { NodeApi } from '../rpc/methods.ts'

/** What an agent may do with a node's money. */
export interface AgentOptions {
  /** The data folder: what was spent is kept there, so that a rule for a day holds over restarts. */
  readonly data: string
  readonly token: Address
  readonly rules: SpendingRules
  readonly feesMax: bigint | undefined
  readonly allowPrivate: boolean
  /** Milliseconds. */
  readonly timeout: number
}

/** A wallet for an agent, and how to end it. */
export interface AgentWallet {
  readonly wallet: Wallet
  stop(): Promise<void>
}

/** The key of what was spent, among the records of a buyer. */
const SPENT = 'spent'

/**
 * Makes a wallet out of a node's channels. One at a time for a data folder: two would each count alone, and spend twice what the rules say.
 *
 * @throws NodeError WALLET_IN_USE, FILE_UNWRITABLE, DISK_FULL
 */
export async function createAgentWallet(node: NodeApi, output: Output, options: AgentOptions): Promise<AgentWallet> {
  const { data, token, rules, feesMax, allowPrivate, timeout } = options
  const info = await node.call('node.info', {})
  const now = () => performance.now()
  const { payer } = await createNodePayer(node, info, { output, now, allowPrivate, feesMax, timeout })
  const path = join(data, 'agent-spending')
  const release = claimFile(
    `${path}.lock`,
    path,
    (process, cause) => new NodeError('WALLET_IN_USE', { path, process }, cause),
  )
  const file = await openFileRecords(path).catch((thrown) => {
    release()
    throw thrown
  })
  const buyer = createBuyer(payer, { tokens: [token], spending: rules, records: spendingAlone(file) })
  return {
    wallet: {
      fetch: (url, init) => buyer.fetch(url, init),
      rules,
      async balances() {
        const channels = await node.call('channel.list', {})
        const open = channels.filter(({ status }) => status === 'open')
        return open.map(({ peer, token: of, spendable }) => ({
          peer: peer.signer,
          token: of,
          spendable: spendable.own,
        }))
      },
    },
    async stop() {
      try {
        await buyer.stop()
        await file.close()
      } finally {
        release()
      }
    },
  }
}

/** Keeps what was spent. Tabs end with the process: they are closed, and what is left of them comes back at once. */
function spendingAlone(file: TabRecords): TabRecords {
  return {
    isDurable: false,
    load: async () => (await file.load()).filter(({ key }) => key === SPENT),
    write: (records) => file.write(records.filter(({ key }) => key === SPENT)),
  }
}
