import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { Declines } from '@sluice/client'
import type { VirtualView } from '@sluice/engine'
import type { TabPayer } from '@sluice/http'
import type { Address, Hex } from '@sluice/protocol'
import { createPurse, type PurseOptions } from '../get/payer.ts'
import type { NodeApi, NodeInfo } from '../rpc/methods.ts'

/** Pays on tabs out of a node's channels, the node being this process or another one. */
export async function createNodePayer(node: NodeApi, info: NodeInfo, options: PurseOptions) {
  const declines = new Declines(Date.now)
  const { payer, spending } = createPurse(node, info, { ...options, declines })
  const { keccak256 } = await createNodeCrypto()
  const secrets = new Map<string, Hex | undefined>()
  const ask = async (publicKey: Hex, owner: Address) => node.call('tab.secret', { publicKey, owner })
  // Its own key is asked for with anybody's; with none's there is no secret.
  const { publicKey } = await ask('0x', info.signer)
  let fees = 0n
  const tabPayer: TabPayer = {
    network: payer.network,
    contract: payer.contract,
    publicKey,
    keccak256,
    agree: (theirs, owner) => secrets.get(theirs + owner),
    async prepare(theirs, owner) {
      if (!secrets.has(theirs + owner)) secrets.set(theirs + owner, (await ask(theirs, owner)).secret)
    },
    async open(wanted) {
      const opened = await payer.open(wanted)
      fees += spending.fees
      const virtuals = await node.call('virtual.list', {})
      const view = virtuals.find(({ virtualId }) => virtualId === opened.virtualId)
      return { ...opened, ...(view === undefined ? {} : { until: Number(view.until) }) }
    },
    sign: async (virtualId, total) => (await node.call('virtual.pay', { virtualId, total })).signature,
    async pay(virtualId, total) {
      await node.call('virtual.pay', { virtualId, total })
    },
    close: (virtualId) => payer.close(virtualId),
    onDeclined(wanted, declined) {
      const tell = (virtuals: readonly VirtualView[]) => {
        const found = virtuals.find(({ virtualId, status }) => virtualId === wanted && status === 'declined')
        if (found === undefined) return
        declines.note(found.terms.path, found.declined)
        declined(found.declined ?? 'unknown')
      }
      const watching = node.subscribe(
        (told) => {
          if (told.type === 'virtual') tell([told.virtual])
        },
        () => {},
      )
      // It may have been declined before anybody watched.
      watching.then(() => node.call('virtual.list', {})).then(tell, () => {})
      return () => void watching.then((end) => end()).catch(() => {})
    },
  }
  /** What the hubs on the way were paid, base units. */
  return { payer: tabPayer, fees: () => fees, hubs: () => spending.hubs }
}
