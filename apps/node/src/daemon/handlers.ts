import type { Engine, Policy } from '@sluice/engine'
import { bytesToHex } from '@sluice/protocol'
import type { Handlers, MethodName, NodeApi, NodeInfo, ParamsOf, ResultOf } from '../rpc/methods.ts'
import type { Towers } from '../tower/towers.ts'
import type { HubFees } from './hub-fees.ts'
import type { PeerUrls } from './peer-urls.ts'

/** What the methods of a node need besides its engine. */
export interface HandlerParts {
  readonly engine: Engine
  readonly policy: Policy
  readonly urls: PeerUrls
  readonly fees: HubFees
  readonly towers: Towers
  readonly info: () => NodeInfo
  /** What the account that pays for gas has, native base units. */
  readonly balance: () => bigint | undefined
}

/** The methods of a node over its engine. */
export function createHandlers({ engine, policy, urls, fees, towers, info, balance }: HandlerParts): Handlers {
  return {
    'node.info': async () => info(),
    'node.status': async () => {
      const money = balance()
      const known = money === undefined ? {} : { balance: money }
      return { info: info(), chain: engine.chain(), defence: engine.defence(), towers: towers.standings(), ...known }
    },
    'peer.connect': async ({ peer, url }) => {
      await engine.connect(peer, url)
      urls.note(peer, url)
      return null
    },
    'channel.open': async (options) => {
      const channel = await engine.openChannel(options)
      if (options.url !== undefined) urls.note(options.peer, options.url)
      return channel
    },
    'channel.topUp': ({ channelId, amount }) => engine.topUp(channelId, amount),
    'channel.withdraw': ({ channelId, amount }) => engine.withdraw(channelId, amount),
    'channel.close': ({ channelId, mode }) => engine.closeChannel(channelId, mode),
    'channel.list': async () => engine.channels(),
    'hub.fees': ({ hubs, capacity, lifetime = policy.lifetimeDefault }) =>
      fees.of(hubs, capacity, lifetime, policy.virtualWindowDefault),
    'virtual.open': async (options) => {
      const lifetime = options.lifetime ?? policy.lifetimeDefault
      const asked =
        options.fees ??
        (await fees.of(options.hubs, options.capacity, lifetime, options.disputeWindow ?? policy.virtualWindowDefault))
      return engine.openVirtual({ ...options, lifetime, fees: asked })
    },
    'virtual.pay': ({ virtualId, total }) => engine.pay(virtualId, total),
    'virtual.prolong': ({ virtualId, ...options }) => engine.prolong(virtualId, options),
    'virtual.close': ({ virtualId }) => engine.closeVirtual(virtualId),
    'virtual.list': async () => engine.virtuals(),
    'tab.secret': async ({ publicKey, owner }) => {
      const secret = engine.agree(publicKey, owner)
      return { publicKey: engine.publicKey, ...(secret === undefined ? {} : { secret }) }
    },
    'tower.add': ({ url, prepay, hubs }) => towers.add(url, prepay, hubs),
    'tower.remove': async ({ url }) => {
      await towers.remove(url)
      return null
    },
    'backup.export': async () => bytesToHex(engine.backup()),
  }
}

/** A node of this process as commands see it. */
export function createLocalApi(engine: Engine, handlers: Handlers, close: () => Promise<void>): NodeApi {
  return {
    call: <M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> => handlers[method](params),
    subscribe: async (listener) => engine.subscribe(listener),
    close,
  }
}
