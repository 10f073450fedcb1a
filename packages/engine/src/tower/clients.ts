import { type Address, type ChannelItem, decodeChannelItem, decodeEntry, encodeEntry, type Id } from '@sluice/protocol'
import { address, struct, uint } from '@sluice/protocol/codec'
import type { Store, Write } from '../ports/store.ts'

/** What a tower knows of a client beside what it holds for it. */
export interface ClientAccount {
  readonly client: Address
  /** What is left of what it paid for gas, native base units. Never below zero. */
  readonly balance: bigint
  /** What was spent for it. */
  readonly spent: bigint
  /** Of its newest request. */
  readonly number: bigint
}

/** A client of a tower with all that is held for it. */
export interface Client {
  account: ClientAccount
  readonly items: Map<string, Uint8Array>
  readonly channels: Map<string, ChannelItem>
  bytes: number
}

const accountField = struct<ClientAccount>({ client: address, balance: uint, spent: uint, number: uint })
const countedField = struct<{ readonly amount: bigint }>({ amount: uint })

const ACCOUNT = 'account/'
const ITEM = 'item/'
const COUNTED = 'counted/'

export const accountWrite = (account: ClientAccount): Write => ({
  key: `${ACCOUNT}${account.client}`,
  value: encodeEntry(accountField, account),
})
export const itemWrite = (client: Address, key: string, value: Uint8Array | undefined): Write => ({
  key: `${ITEM}${client}/${key}`,
  value,
})
/** How much of what was paid over a virtual channel is in its payer's balance. */
export const countedWrite = (virtualId: Id, amount: bigint): Write => ({
  key: `${COUNTED}${virtualId}`,
  value: encodeEntry(countedField, { amount }),
})

export const newClient = (client: Address): Client => ({
  account: { client, balance: 0n, spent: 0n, number: 0n },
  items: new Map(),
  channels: new Map(),
  bytes: 0,
})

/** What one item takes. */
export const itemBytes = (key: string, value: Uint8Array): number => key.length + value.length

/** Keeps an item, or lets it go. */
export function setItem(client: Client, key: string, value: Uint8Array | undefined, channel?: ChannelItem): void {
  const before = client.items.get(key)
  if (before !== undefined) client.bytes -= itemBytes(key, before)
  client.channels.delete(key)
  if (value === undefined) {
    client.items.delete(key)
    return
  }
  client.items.set(key, value)
  client.bytes += itemBytes(key, value)
  if (channel !== undefined) client.channels.set(key, channel)
}

/** What a tower's store holds. */
export interface Loaded {
  readonly clients: Map<Address, Client>
  readonly counted: Map<Id, bigint>
}

/** Reads a tower's store. */
export async function loadClients(store: Pick<Store, 'load'>): Promise<Loaded> {
  const clients = new Map<Address, Client>()
  const counted = new Map<Id, bigint>()
  const clientOf = (address: Address): Client => {
    const client = clients.get(address) ?? newClient(address)
    clients.set(address, client)
    return client
  }
  for await (const [key, value] of store.load()) {
    if (key.startsWith(ACCOUNT))
      clientOf(key.slice(ACCOUNT.length) as Address).account = decodeEntry(accountField, key, value)
    else if (key.startsWith(COUNTED))
      counted.set(key.slice(COUNTED.length) as Id, decodeEntry(countedField, key, value).amount)
    else {
      const [address = '', ...rest] = key.slice(ITEM.length).split('/')
      const name = rest.join('/')
      const channel = name.startsWith('channel/') ? decodeChannelItem(name, value) : undefined
      setItem(clientOf(address as Address), name, value, channel)
    }
  }
  return { clients, counted }
}
