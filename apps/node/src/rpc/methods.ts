import type { ChainStatus, ChannelView, DefenceView, Notification, OpenedVirtual, VirtualView } from '@sluice/engine'
import type { SignedVoucher, VirtualTerms } from '@sluice/protocol'
import {
  address,
  amount,
  count,
  hex,
  type Infer,
  id,
  integer,
  list,
  nothing,
  object,
  oneOf,
  optional,
  type Schema,
  strict,
  tagged,
  text,
  truth,
} from './schema.ts'

const party = object({ account: address, signer: address })
const both = object({ own: integer, peer: integer })
const lanes = object({ sent: integer, received: integer })

const channel: Schema<ChannelView> = object({
  channelId: id,
  peer: party,
  self: oneOf(0, 1),
  token: address,
  disputeWindow: count,
  status: oneOf('proposed', 'funding', 'open', 'closing', 'disputed', 'settled', 'closed'),
  deposits: both,
  withdrawn: both,
  paid: lanes,
  locked: lanes,
  spendable: both,
  connected: truth,
  closesAt: optional(integer),
  waitingFor: optional(text),
  frozen: optional(text),
})

const chainStatus = oneOf('good', 'unreachable', 'doubted')
const point = object({ number: integer, timestamp: integer })
const chain: Schema<ChainStatus> = object({
  head: optional(point),
  final: optional(point),
  status: chainStatus,
  reason: optional(text),
})

const waitingCall = object({
  id,
  call: text,
  value: optional(integer),
  cost: integer,
  deadline: optional(integer),
  problem: optional(text),
})
const defence: Schema<DefenceView> = object({
  waiting: list(waitingCall),
  pending: count,
  lost: object({ count, value: integer }),
})

const terms: Schema<VirtualTerms> = object({
  path: list(address, 6),
  token: address,
  capacity: integer,
  disputeWindow: count,
  nonce: integer,
})

const virtual: Schema<VirtualView> = object({
  virtualId: id,
  terms,
  role: oneOf('payer', 'hub', 'payee'),
  status: oneOf('opening', 'open', 'closing', 'disputed', 'closed', 'declined'),
  amount: integer,
  acknowledged: optional(integer),
  countersigned: optional(truth),
  until: integer,
  waitingFor: optional(text),
  declined: optional(text),
})

const signed: Schema<SignedVoucher> = object({
  voucher: object({ virtualId: id, amount: integer, tickAnchor: hex, tickValue: integer, tickCount: count }),
  signature: hex,
  tick: optional(object({ index: count, preimage: hex })),
})

const opened: Schema<OpenedVirtual> = {
  decode: (value, path) => {
    const read = object({ virtualId: id, terms, first: optional(signed), fees: integer }).decode(value, path)
    return { ...read, first: read.first }
  },
}

const tower = object({
  url: text,
  signer: address,
  /** Milliseconds since the Unix epoch: when all was with it, and when it last showed that it holds all. */
  coveredAt: optional(count),
  provenAt: optional(count),
  /** The channels that it can answer for. */
  channels: list(id),
  /** What is left of what was paid for gas, and what was spent, native base units. */
  balance: optional(integer),
  spent: optional(integer),
  problem: optional(text),
})

const role = oneOf('node', 'hub', 'provider', 'proxy', 'watchtower')

const info = object({
  version: text,
  role,
  profile: text,
  signer: address,
  account: address,
  chainId: integer,
  contract: address,
  /** Where peers reach this node; none when it does not listen. */
  peerUrl: optional(text),
  /** Where a provider or a proxy serves paid content. */
  httpUrl: optional(text),
  /** The same content without the gate, for comparison on one machine. */
  unpaidUrl: optional(text),
  /** Where a watchtower takes what its clients hand over. */
  towerUrl: optional(text),
})

const status = object({
  info,
  chain,
  defence,
  /** The watchtowers that it hired. */
  towers: list(tower),
  /** What the account that pays for gas has, native base units, as it was last seen. */
  balance: optional(integer),
  /** The newest backup that is made by itself. Milliseconds since the Unix epoch. */
  backup: optional(object({ madeAt: optional(count), staleSince: optional(count), problem: optional(text) })),
})

/** How a running node stands. */
export type NodeStatus = Infer<typeof status>

/** What describes a node. */
export type NodeInfo = Infer<typeof info>

const notifications = {
  channel: { channel },
  virtual: { virtual },
  payment: { virtualId: id, role: oneOf('payer', 'payee'), amount: integer },
  peer: { peer: address, connected: truth },
  transaction: { call: text, hash: text, status: oneOf('sent', 'final', 'failed') },
  loss: { id, call: text, value: optional(integer) },
  chain: { status: chainStatus, reason: optional(text) },
} satisfies Record<Notification['type'], object>

/** What a node sends its subscribers; see the engine's Notification. */
export const notification: Schema<Notification> = tagged(notifications)

interface Method<P, R> {
  readonly summary: string
  readonly params: Schema<P>
  readonly result: Schema<R>
}

function method<P, R>(summary: string, params: Schema<P>, result: Schema<R>): Method<P, R> {
  return { summary, params, result }
}

/** Every method of a node's JSON-RPC: what it takes and answers. Amounts are decimal strings in base units. */
export const methods = {
  'node.info': method('who this node is and where it listens', strict({}), info),
  'node.status': method(
    'what it knows of the chain, what it has for gas, and what it has to do on chain to defend itself',
    strict({}),
    status,
  ),
  'peer.connect': method('opens a session with a peer', strict({ peer: address, url: text }), nothing),
  'channel.open': method(
    'opens and funds a channel; answers once a final block shows the deposit',
    strict({ peer: address, url: optional(text), token: address, deposit: amount, disputeWindow: optional(count) }),
    channel,
  ),
  'channel.topUp': method(
    'adds to the deposit; answers once a final block shows it',
    strict({ channelId: id, amount }),
    channel,
  ),
  'channel.withdraw': method(
    'takes money out cooperatively; answers once a final block shows it',
    strict({ channelId: id, amount }),
    channel,
  ),
  'channel.close': method(
    'closes a channel; answers once the money is back by a final block',
    strict({ channelId: id, mode: optional(oneOf('auto', 'cooperative', 'unilateral')) }),
    channel,
  ),
  'channel.list': method('all channels', strict({}), list(channel)),
  'hub.fees': method(
    'what each hub asks for a virtual channel of a capacity and lifetime, by what it publishes',
    strict({ hubs: list(address, 4), capacity: amount, lifetime: optional(count) }),
    list(amount, 4),
  ),
  'virtual.open': method(
    'opens a virtual channel; answers once it and the first voucher are durable and on their way',
    strict({
      payee: address,
      payeeUrl: optional(text),
      payeeUrlPublicOnly: optional(truth),
      hubs: list(address, 4),
      token: address,
      capacity: amount,
      first: amount,
      fees: optional(list(amount, 4)),
      /** Most that all hubs together get, instead of the node's own limit. */
      feesMax: optional(amount),
      lifetime: optional(count),
      disputeWindow: optional(count),
    }),
    opened,
  ),
  'virtual.pay': method(
    'raises what is paid over a virtual channel to a total',
    strict({ virtualId: id, total: amount }),
    signed,
  ),
  'virtual.prolong': method(
    'lets a virtual channel that this node pays over live longer, and pays its hubs for the time',
    strict({
      virtualId: id,
      /** Unix second until which the payee's hop is to live. */
      until: amount,
      fees: optional(list(amount, 4)),
      feesMax: optional(amount),
    }),
    object({ virtualId: id, until: integer, fees: amount }),
  ),
  'virtual.close': method('closes a virtual channel', strict({ virtualId: id }), virtual),
  'virtual.list': method('all virtual channels', strict({}), list(virtual)),
  'tab.secret': method(
    'this node as the payer of tabs: its public key, and the secret that it shares with the owner of another, if it is the one of that key',
    strict({ publicKey: hex, owner: address }),
    object({ publicKey: hex, secret: optional(hex) }),
  ),
  'tower.add': method(
    'hires a watchtower, or pays one more, and hands over to it',
    strict({ url: text, prepay: optional(amount), hubs: optional(list(address, 4)) }),
    tower,
  ),
  'tower.remove': method('hires a watchtower no more', strict({ url: text }), nothing),
  'backup.export': method('what the account needs to get its money back without the signer', strict({}), hex),
} as const

/** The name of a method. */
export type MethodName = keyof typeof methods
/** What a method takes. */
export type ParamsOf<M extends MethodName> = Infer<(typeof methods)[M]['params']>
/** What a method answers. */
export type ResultOf<M extends MethodName> = Infer<(typeof methods)[M]['result']>

/** One function a method. */
export type Handlers = { readonly [M in MethodName]: (params: ParamsOf<M>) => Promise<ResultOf<M>> }

/** A node as commands see it: one of this process, or a running one behind its JSON-RPC. */
export interface NodeApi {
  readonly call: <M extends MethodName>(method: M, params: ParamsOf<M>) => Promise<ResultOf<M>>
  /** Hands on every notification until the function returned is called. `ended` is called if they stop for another reason. */
  readonly subscribe: (
    listener: (notification: Notification) => void,
    ended: (problem: Error) => void,
  ) => Promise<() => void>
  readonly close: () => Promise<void>
}
