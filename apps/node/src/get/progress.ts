import type { Address } from '@sluice/protocol'
import { formatAmountOf } from '../cli/amount.ts'
import type { Output } from '../cli/output.ts'

/** How far a download is. */
export interface Progress {
  /** Verified bytes. */
  readonly bytes: number
  readonly total: number | undefined
  readonly paid: bigint
  /** What is paid in. */
  readonly token: Address
  readonly payments: number
  readonly elapsedMs: number
}

/** Shows how far a download is. */
export interface ProgressView {
  readonly update: (progress: Progress) => void
  /** Ends the line that is written over. */
  readonly end: () => void
}

/** People see ten updates a second at most, programs as many lines. */
const INTERVAL = 100

/** A line that is written over on a terminal; with --json a line of its own each time. Nothing otherwise. */
export function createProgressView(output: Output, now: () => number): ProgressView {
  const { streams, json } = output
  let shownAt = Number.NEGATIVE_INFINITY
  let isOpen = false
  const show = (progress: Progress) => {
    if (json) return output.event('progress', { ...progress, total: progress.total ?? progress.bytes }, '')
    if (!streams.errIsTerminal) return
    isOpen = true
    streams.err(`\r${progressLine(progress, streams.columns - 1)}\u001b[K`)
  }
  return {
    update: (progress) => {
      const isLast = progress.bytes === progress.total
      if (!isLast && now() - shownAt < INTERVAL) return
      shownAt = now()
      show(progress)
    },
    end: () => {
      if (isOpen) streams.err('\n')
      isOpen = false
    },
  }
}

/** One line, cut to the width of the terminal. */
export function progressLine({ bytes, total, paid, token, payments, elapsedMs }: Progress, columns: number): string {
  const parts = [`paid ${formatAmountOf(token, paid)}`, `${payments} payments`, rateText(bytes, elapsedMs)]
  if (total === undefined) return [megabytes(bytes), ...parts].join('  ').slice(0, columns)
  const filled = Math.floor((20 * bytes) / Math.max(1, total))
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`
  return [bar, `${megabytes(bytes)} of ${megabytes(total)}`, ...parts].join('  ').slice(0, columns)
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** A rate for people. */
export function rateText(bytes: number, milliseconds: number): string {
  return `${(bytes / 1e3 / Math.max(1, milliseconds)).toFixed(1)} MB/s`
}
