import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type PaidSession, readSession } from '@sluice/http'
import type { Id } from '@sluice/protocol'

/** What is kept beside a partial download, so that the same command goes on with it and pays nothing twice. */
export interface Ticket {
  readonly session: PaidSession
  /** What the hubs got for the virtual channel, base units. */
  readonly fees: bigint
}

/** Where the ticket of a download is kept. */
export const ticketOf = (out: string): string => `${out}.part.json`

/** The virtual channel that a ticket pays on; undefined where it names none. */
export function virtualOf({ session }: Ticket): Id | undefined {
  try {
    return readSession(session).signature.first.voucher.virtualId
  } catch {
    return undefined
  }
}

/** Keeps a ticket; it lets its holder read what was paid for, so only this user may read it. */
export function writeTicket(path: string, { session, fees }: Ticket): void {
  write(path, { version: 1, session, fees: `${fees}` })
}

/** Keeps which virtual channel was opened, before the provider has said anything by which the download could be gone on with. */
export function writeOpened(path: string, opened: Id): void {
  write(path, { version: 1, opened })
}

function write(path: string, kept: object): void {
  const part = `${path}.${process.pid}`
  writeFileSync(part, JSON.stringify(kept), { mode: 0o600, flush: true })
  renameSync(part, path)
}

/** The virtual channel that was opened last for a download, with which nothing more can be done than to close it. */
export function readOpened(path: string): Id | undefined {
  try {
    const { version, opened } = JSON.parse(readFileSync(path, 'utf8'))
    if (version === 1 && typeof opened === 'string' && /^0x[0-9a-f]{64}$/.test(opened)) return opened as Id
  } catch {
    // None was kept.
  }
  return undefined
}

/** The ticket that was kept, if there is a whole one. */
export function readTicket(path: string): Ticket | undefined {
  try {
    const { version, session, fees } = JSON.parse(readFileSync(path, 'utf8'))
    if (version === 1 && typeof session?.payment === 'string') return { session, fees: BigInt(fees) }
  } catch {
    // None was kept, or not by this program: the download begins anew.
  }
  return undefined
}

/** Forgets a ticket. */
export function removeTicket(path: string): void {
  rmSync(path, { force: true })
}
