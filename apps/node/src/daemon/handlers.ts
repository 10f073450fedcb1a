import type { Engine } from '@sluice/engine'
import { bytesToHex } from '@sluice/protocol'
import type { Handlers, MethodName, NodeApi, NodeInfo, ParamsOf, ResultOf } from '../rpc/methods.ts'

/** The methods of a node over its engine. */
export function createHandlers(engine: Engine, info: () => NodeInfo): Handlers {
  return {
    'node.info': async () => info(),
    'peer.connect': async ({ peer, url }) => {
      await engine.connect(peer, url)
      return null
    },
    'channel.open': (options) => engine.openChannel(options),
    'channel.topUp': ({ channelId, amount }) => engine.topUp(channelId, amount),
    'channel.withdraw': ({ channelId, amount }) => engine.withdraw(channelId, amount),
    'channel.close': ({ channelId, mode }) => engine.closeChannel(channelId, mode),
    'channel.list': async () => engine.channels(),
    'virtual.open': (options) => engine.openVirtual(options),
    'virtual.pay': ({ virtualId, total }) => engine.pay(virtualId, total),
    'virtual.close': ({ virtualId }) => engine.closeVirtual(virtualId),
    'virtual.list': async () => engine.virtuals(),
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
