import { bytesToHex, type Crypto, type Id } from '@sluice/protocol'
import { holdsOwn } from '../channels/settled.ts'
import type { Goal } from '../defence/goals/goal.ts'
import type { Guard } from '../defence/guard.ts'
import type { ChainCall } from '../ports/chain.ts'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Backup } from './backup.ts'
import { ownerCalls } from './owner-calls.ts'

/** How far an account has left by a backup. */
export interface OwnerStanding {
  /** By any block. `none`: the chain knows nothing of the channel. `over`: a final block leaves nothing of the account's in it. */
  readonly channels: readonly {
    readonly channelId: Id
    readonly status: 'none' | 'open' | 'disputed' | 'settled' | 'over'
  }[]
  /** Calls that are to be made now. */
  readonly waiting: readonly ChainCall['type'][]
  /** Nothing is left to be done, and final blocks say so. */
  readonly isOver: boolean
}

/** Under what the calls of a backup are kept. */
const BACKUP: Id = '0x'

/**
 * Makes an engine, whose key is that of a backup's account, leave by it: every call that brings the account its money is made, one after the other.
 *
 * @param onStanding Told at each block how far it is.
 */
export function createOwnerGuard(backup: Backup, crypto: Crypto, onStanding: (standing: OwnerStanding) => void): Guard {
  return {
    goals(chain) {
      const calls = ownerCalls(backup, chain, crypto)
      const channels = [...backup.channels.keys()].map((channelId) => ({
        channelId,
        status: statusOf(backup, chain, channelId),
      }))
      const isOver = calls.length === 0 && channels.every(({ status }) => status === 'over' || status === 'none')
      onStanding({ channels, waiting: calls.map(({ type }) => type), isOver })
      return calls.map((call) => goalOf(call, crypto))
    },
    needs: (id) => backup.channels.has(id) || backup.virtuals.has(id),
  }
}

/** What is said of it is the same for the same call, at whatever block it is asked for. */
function goalOf(call: ChainCall, { keccak256 }: Crypto): Goal {
  const text = JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  const key = `${call.type}/${bytesToHex(keccak256(new TextEncoder().encode(text)))}`
  return { id: BACKUP, key, call, value: undefined, isWhole: true }
}

type Status = OwnerStanding['channels'][number]['status']

function statusOf({ channels, virtuals }: Backup, reader: ChainReader, channelId: Id): Status {
  const record = channels.get(channelId)
  const { closesAt, ended, endedFinal, any, final } = reader.channel(channelId)
  if (record === undefined) return 'none'
  if (endedFinal === 'closed') return 'over'
  if (endedFinal === 'settled' && !holdsOwn(record, final, reader, (lockId) => virtuals.has(lockId))) return 'over'
  if (ended !== undefined) return 'settled'
  if (closesAt !== undefined) return 'disputed'
  return any.deposits.every((deposit) => deposit === 0n) ? 'none' : 'open'
}
