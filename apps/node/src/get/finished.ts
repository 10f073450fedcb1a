import { existsSync } from 'node:fs'
import type { Payer } from '@sluice/http'
import type { Id } from '@sluice/protocol'
import type { Retrieved } from '@sluice/retrieval'
import { checkCarFile } from '@sluice/retrieval/node'
import { NodeError } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'
import type { Downloaded, DownloadOptions } from './download.ts'
import { readOpened, readTicket, removeTicket, ticketOf, virtualOf } from './ticket.ts'

/** How long a finished download waits for its virtual channel to be folded, and one that failed, milliseconds. */
const CLOSE_PATIENCE = 20_000
export const FAILED_PATIENCE = 3_000

/**
 * What is there of a download, where it is whole: the same command run again pays nothing.
 *
 * @throws NodeError OUTPUT_EXISTS where the file is something else
 */
export async function findDownloaded({ out, target, token }: DownloadOptions): Promise<Downloaded | undefined> {
  if (!existsSync(out)) return undefined
  // A folder, or a file that can not be read, is something else.
  const found = await checkCarFile(out, target.root, { query: target.query }).catch(() => undefined)
  if (found === undefined) throw new NodeError('OUTPUT_EXISTS', { path: out })
  return {
    url: target.url,
    cid: target.root.toString(),
    path: out,
    complete: true,
    already: true,
    bytes: found.bytes,
    blocksVerified: found.blocks,
    payments: 0,
    token,
    paid: 0n,
    fees: 0n,
    downloadMs: 0,
    resumed: 0,
  }
}

/** Whether a run that was killed left its payment open. */
export function hasLeftOpen(out: string): boolean {
  return readTicket(ticketOf(out)) !== undefined || readOpened(ticketOf(out)) !== undefined
}

/** Closes the payment that an earlier run left open, and forgets it. */
export async function closeLeftOpen(node: NodeApi, out: string): Promise<void> {
  const ticket = readTicket(ticketOf(out))
  const virtualId = ticket === undefined ? readOpened(ticketOf(out)) : virtualOf(ticket)
  const close = async (id: Id) => {
    await node.call('virtual.close', { virtualId: id })
  }
  if (virtualId !== undefined) await closeSoon({ close }, virtualId)
  removeTicket(ticketOf(out))
}

/** Asks that the virtual channel be closed and waits a while; the node goes on with it after that. */
export async function closeSoon(
  payer: Pick<Payer, 'close'>,
  virtualId: NonNullable<Retrieved['virtualId']>,
  patience = CLOSE_PATIENCE,
): Promise<boolean> {
  const closing = payer.close(virtualId).then(
    () => true,
    () => false,
  )
  let stopWaiting = () => {}
  const over = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), patience)
    stopWaiting = () => clearTimeout(timer)
  })
  const closed = await Promise.race([closing, over])
  stopWaiting()
  return closed
}
