import {
  type Address,
  type ChannelRecord,
  type Crypto,
  channelKind,
  createDigests,
  type Domain,
  decodeEntry,
  encodeEntry,
  type Hex,
  type Id,
  isStanding,
  type LaneHashing,
  readRecords,
  type Signer,
  type StandingPhase,
  type VirtualRecord,
  virtualKind,
} from '@sluice/protocol'
import { address, bytes, bytes32, list, signature, struct, text, uint } from '@sluice/protocol/codec'
import { virtualRequestDeadline } from '../defence/goals/close-request.ts'
import { EngineError } from '../errors.ts'
import type { ChannelFacts } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import { channelFactsKind } from '../records/channel-facts.ts'

/**
 * All that an account's owner needs to get the money of its channels back without the signer's key: the channels with their lock sets and
 * newest vouchers, the virtual channels with their terms and highest vouchers, and the signatures that only the signer could
 * give. Whoever holds it can have the virtual channels in it closed on chain, and nothing else.
 */
export interface Backup {
  readonly domain: Domain
  readonly account: Address
  readonly signer: Address
  /** Unix second at which it was made. */
  readonly madeAt: bigint
  /** What final blocks said of the channels by then. */
  readonly facts: ReadonlyMap<Id, ChannelFacts>
  readonly channels: ReadonlyMap<Id, ChannelRecord>
  readonly virtuals: ReadonlyMap<Id, VirtualRecord>
  /** The signer's signatures by digest: on the newest voucher received in each channel, on a close or withdrawal that both signed, and on a CloseRequest for each virtual channel. */
  readonly signatures: ReadonlyMap<Hex, Hex>
}

interface Entry {
  readonly key: string
  readonly value: Uint8Array
}

interface Stored {
  readonly chainId: bigint
  readonly contract: Address
  readonly account: Address
  readonly signer: Address
  readonly madeAt: bigint
  /** The disk's own entries of channels, of what the chain says of them, and of virtual channels, in ascending order of their keys. */
  readonly entries: readonly Entry[]
  readonly signatures: readonly { readonly digest: Hex; readonly signature: Hex }[]
}

const stored = struct<Stored>({
  chainId: uint,
  contract: address,
  account: address,
  signer: address,
  madeAt: uint,
  entries: list(struct<Entry>({ key: text, value: bytes }), 0, Number.POSITIVE_INFINITY),
  signatures: list(
    struct<{ digest: Hex; signature: Hex }>({ digest: bytes32, signature }),
    0,
    Number.POSITIVE_INFINITY,
  ),
})

/** What only the signer can sign of a channel: the newest voucher received, and what both agreed to and the chain does not yet hold. */
function ownDigests({ digests }: Environment, record: ChannelRecord, { close }: StandingPhase): Hex[] {
  const newest = record.in.updates.at(-1)?.update.voucher
  const withdrawals = record.withdrawals.filter(
    ({ type, withdrawal }) => type === 'agreed' && withdrawal.party === record.self,
  )
  return [
    ...(newest === undefined ? [] : [digests.laneVoucher(newest)]),
    ...(close.type === 'agreed' ? [digests.close(close.close)] : []),
    ...withdrawals.map(({ withdrawal }) => digests.withdrawal(withdrawal)),
  ]
}

/** What a backup is made of. */
export interface BackupParts {
  readonly env: Environment
  /** Unix seconds. */
  readonly now: bigint
  readonly channels: Iterable<readonly [Id, ChannelRecord]>
  readonly virtuals: Iterable<readonly [Id, VirtualRecord]>
  /** What final blocks say of a channel. */
  readonly factsOf: (channelId: Id) => ChannelFacts | undefined
}

/** The backup of all channels that are not over. */
export function writeBackup({ env, now, channels, virtuals, factsOf }: BackupParts): Uint8Array {
  const { digests, signer } = env
  const entries: Entry[] = []
  const signatures: Stored['signatures'][number][] = []
  const sign = (digest: Hex) => signatures.push({ digest, signature: signer.sign(digest) })
  const keep = (writes: readonly { readonly key: string; readonly value: Uint8Array | undefined }[]) => {
    for (const { key, value } of writes) if (value !== undefined) entries.push({ key, value })
  }
  for (const [channelId, record] of channels) {
    if (!isStanding(record.phase)) continue
    keep(channelKind(env).writes(undefined, record))
    const facts = factsOf(channelId)
    if (facts !== undefined) keep(channelFactsKind.writes(undefined, facts))
    for (const digest of ownDigests(env, record, record.phase)) sign(digest)
  }
  for (const [virtualId, record] of virtuals) {
    const writes = env.roles.kind.writes(undefined, record)
    keep(writes)
    if (writes.length > 0) sign(digests.closeRequest({ ids: [virtualId], deadline: virtualRequestDeadline(record) }))
  }
  entries.sort((one, other) => (one.key < other.key ? -1 : 1))
  const { chainId, contract } = digests.domain
  const { account, self } = env
  return encodeEntry(stored, { chainId, contract, account, signer: self, madeAt: now, entries, signatures })
}

/**
 * Reads a backup.
 *
 * @throws EngineError `BACKUP_UNREADABLE`.
 */
export function readBackup(encoded: Uint8Array, crypto: Crypto): Backup {
  try {
    return restore(decodeEntry(stored, 'backup', encoded), crypto)
  } catch (cause) {
    throw new EngineError(
      'BACKUP_UNREADABLE',
      { reason: cause instanceof Error ? cause.message : String(cause) },
      cause,
    )
  }
}

function restore(found: Stored, crypto: Crypto): Backup {
  const domain: Domain = { chainId: found.chainId, contract: found.contract }
  const hashing: LaneHashing = { crypto, digests: createDigests(domain, crypto) }
  const entriesOf = (prefix: string) =>
    found.entries.filter(({ key }) => key.startsWith(prefix)).map(({ key, value }) => [key, value] as const)
  const channels = channelKind(hashing)
  return {
    domain,
    account: found.account,
    signer: found.signer,
    madeAt: found.madeAt,
    facts: readRecords(channelFactsKind, entriesOf(channelFactsKind.prefix)),
    channels: readRecords(channels, entriesOf(channels.prefix)),
    virtuals: readRecords(virtualKind, entriesOf(virtualKind.prefix)),
    signatures: new Map(found.signatures.map(({ digest, signature }) => [digest, signature])),
  }
}

/** What stands for a signature that a backup does not hold. No contract takes it. */
export const NO_SIGNATURE: Hex = '0x'

/** A backup's signer: it has only the signatures that the backup holds. Of another digest it gives {@link NO_SIGNATURE}. */
export function signerOf({ signer, signatures }: Backup): Signer {
  // Without its key it agrees with nobody on anything.
  const keyless = { publicKey: '0x', agree: () => undefined } as const
  return { address: signer, ...keyless, sign: (digest) => signatures.get(digest) ?? NO_SIGNATURE }
}
