import type { Address, Hex, Id } from '@sluice/protocol'
import { asAmount, asHex, asInteger, asNetwork, asObject, asText, invalid, optional } from '../../headers/fields.ts'
import { decodeHeader, encodeHeader } from '../../headers/header-json.ts'
import { PAYMENT_RESPONSE } from '../../headers/payment-response.ts'
import { asToken } from './offer.ts'
import { type Counts, isUnit, MAX_PARTS } from './price.ts'

/** What became of a request: not begun, under way, over and charged as said, failed by the server's own record, or lost with the server. */
export type CallState = 'none' | 'running' | 'done' | 'failed' | 'unknown'
const STATES: readonly CallState[] = ['none', 'running', 'done', 'failed', 'unknown']

/** Where a request and its tab stand, by the payee's count. Amounts in base units. */
export interface TabStanding {
  readonly virtualId: Id
  /** Of the request. */
  readonly id: string
  readonly state: CallState
  /** For this request so far; final once it is over. */
  readonly charged: bigint
  /** What was counted for it. */
  readonly counts: Counts
  /** Charged on the tab in all, requests under way included. */
  readonly total: bigint
  /** Highest amount accepted on the tab. */
  readonly paid: bigint
  readonly epoch: string
  /** Ids of an earlier time are refused. */
  readonly settled: number
}

/** The header PAYMENT-RESPONSE of an answer on a tab. */
export interface TabAnswer {
  readonly network: string
  /** Why the request was refused: the code of an error. */
  readonly errorReason?: string
  /** Of a tab that the payee knows. */
  readonly standing?: TabStanding
  /** The body comes in frames. */
  readonly isFramed: boolean
  readonly mac?: Hex
}

/** The lines that a standing's seal is over. */
export function standingLines(standing: TabStanding, isFramed: boolean, errorReason = ''): readonly string[] {
  const { virtualId, id, state, charged, counts, total, paid, epoch, settled } = standing
  const counted = Object.keys(counts)
    .toSorted()
    .map((unit) => `${unit}=${counts[unit]}`)
    .join(' ')
  const amounts = [charged, total, paid, settled].map(String)
  const kind = isFramed ? 'framed' : 'plain'
  return ['sluice tab 1 answer', virtualId, id, state, counted, ...amounts, epoch, kind, errorReason]
}

/** A standing as JSON, sealed. */
export function standingToJson(standing: TabStanding, mac: Hex): object {
  const { charged, total, paid, ...rest } = standing
  return { ...rest, charged: String(charged), total: String(total), paid: String(paid), mac }
}

function readCounts(value: unknown, field: string): Counts {
  const fields = asObject(value, field)
  const units = Object.keys(fields)
  if (units.length > MAX_PARTS || !units.every(isUnit)) throw invalid(field, `an object of at most ${MAX_PARTS} units`)
  return Object.fromEntries(
    units.map((unit) => [unit, asInteger(fields[unit], `${field}.${unit}`, Number.MAX_SAFE_INTEGER)]),
  )
}

/** Reads a standing. @throws HttpError `FIELD_INVALID`. */
export function standingFromJson(value: unknown, field: string): { readonly standing: TabStanding; readonly mac: Hex } {
  const fields = asObject(value, field)
  const state = STATES.find((one) => one === fields.state)
  if (state === undefined) throw invalid(`${field}.state`, STATES.join(', '))
  const standing = {
    virtualId: asHex(fields.virtualId, `${field}.virtualId`, 32),
    id: asToken(fields.id, `${field}.id`, 64),
    state,
    charged: asAmount(fields.charged, `${field}.charged`),
    counts: readCounts(fields.counts, `${field}.counts`),
    total: asAmount(fields.total, `${field}.total`),
    paid: asAmount(fields.paid, `${field}.paid`),
    epoch: asToken(fields.epoch, `${field}.epoch`, 32),
    settled: asInteger(fields.settled, `${field}.settled`, Number.MAX_SAFE_INTEGER),
  }
  return { standing, mac: asHex(fields.mac, `${field}.mac`, 32) }
}

/** x402's SettlementResponse. Nothing of it is on chain, so `transaction` is empty. */
export interface TabAnswerJson {
  readonly success: boolean
  readonly transaction: string
  readonly network: string
  readonly payer?: Address
  readonly errorReason?: string
  /** Charged for the request, base units. */
  readonly amount?: string
  readonly extra?: { readonly tab: object }
}

/** An answer as JSON. */
export function tabAnswerToJson({ network, errorReason, standing, isFramed, mac }: TabAnswer): TabAnswerJson {
  const tab = standing && mac && { ...standingToJson(standing, mac), ...(isFramed && { framed: true }) }
  return {
    success: errorReason === undefined,
    transaction: '',
    network,
    ...(errorReason !== undefined && { errorReason }),
    ...(standing && { amount: String(standing.charged) }),
    ...(tab && { extra: { tab } }),
  }
}

/** The header's value. */
export const encodeTabAnswer = (answer: TabAnswer): string => encodeHeader(tabAnswerToJson(answer))

/** Reads the header. @throws HttpError `HEADER_…`, `FIELD_INVALID`. */
export const decodeTabAnswer = (text: string): TabAnswer => tabAnswerFromJson(decodeHeader(PAYMENT_RESPONSE, text))

/** Reads an answer. @throws HttpError `FIELD_INVALID`. */
export function tabAnswerFromJson(value: unknown): TabAnswer {
  const fields = asObject(value, 'answer')
  const network = asNetwork(fields.network, 'network')
  if (typeof fields.success !== 'boolean') throw invalid('success', 'true or false')
  const errorReason = fields.success ? undefined : asText(fields.errorReason, 'errorReason', 256)
  const tab = fields.extra === undefined ? undefined : asObject(fields.extra, 'extra').tab
  const sealed = optional(tab, 'extra.tab', standingFromJson)
  if (fields.success && sealed === undefined) throw invalid('extra.tab', 'an object')
  const isFramed = sealed !== undefined && asObject(tab, 'extra.tab').framed === true
  return { network, isFramed, ...(errorReason !== undefined && { errorReason }), ...sealed }
}
