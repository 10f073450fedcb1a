import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { isKnownToken, knowToken, type TokenUnit } from '../cli/amount.ts'
import type { AmountOf } from '../cli/parse.ts'
import { NodeError, problemOf } from '../errors.ts'
import { chainUrlsOf } from './contract.ts'

const fileOf = (data: string): string => join(data, 'tokens.json')

/** A token's own words are taken only as far as they are a name and a number of places. */
function unitFrom(value: unknown): TokenUnit | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { symbol, decimals } = value as { readonly symbol?: unknown; readonly decimals?: unknown }
  const isSymbol = typeof symbol === 'string' && /^[A-Za-z0-9][A-Za-z0-9.$_-]{0,15}$/.test(symbol)
  const isPlaces = typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 36
  return isSymbol && isPlaces ? { symbol, decimals } : undefined
}

/** Takes up what a data folder knows of tokens, so that their amounts can be read and shown. What can not be read there is learnt again. */
export function loadTokens(data: string): void {
  for (const [token, value] of Object.entries(readKept(data))) {
    const unit = unitFrom(value)
    if (unit !== undefined && /^0x[0-9a-f]{40}$/.test(token)) knowToken(token as Address, unit)
  }
}

function readKept(data: string): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(readFileSync(fileOf(data), 'utf8'))
    return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? { ...kept } : {}
  } catch {
    return {}
  }
}

/**
 * Learns how a token calls itself and how many places its amounts have: from the data folder, else once from the token itself.
 *
 * @param chainUrl Asked for only where the token is not known.
 * @throws NodeError TOKEN_UNREADABLE
 */
export async function learnToken(data: string, token: Address, chainUrl: () => string): Promise<void> {
  if (token === NATIVE_TOKEN || isKnownToken(token)) return
  const unit = await readToken(token, chainUrl())
  knowToken(token, unit)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const file = fileOf(data)
  const part = `${file}.${process.pid}`
  writeFileSync(part, `${JSON.stringify({ ...readKept(data), [token]: unit })}\n`, { mode: 0o600 })
  renameSync(part, file)
}

/**
 * Makes amounts of a token readable: where one is written in the token's own unit, that is learnt first.
 *
 * @throws NodeError TOKEN_UNREADABLE, VALUE_MISSING where the chain has to be asked and is not named
 */
export async function prepareToken(
  { data, chain }: { readonly data: string; readonly chain: readonly string[] },
  token: Address,
  ...amounts: readonly (AmountOf | undefined)[]
): Promise<void> {
  loadTokens(data)
  if (amounts.some((amount) => amount?.isForeign === true))
    await learnToken(data, token, () => chainUrlsOf({ chain })[0])
}

const abi = [
  { type: 'function', name: 'symbol', stateMutability: 'view', inputs: [], outputs: [{ type: 'string' }] },
  { type: 'function', name: 'decimals', stateMutability: 'view', inputs: [], outputs: [{ type: 'uint8' }] },
] as const

async function readToken(token: Address, url: string): Promise<TokenUnit> {
  const { createPublicClient, http, webSocket } = await import('viem')
  const transport = url.startsWith('ws') ? webSocket(url) : http(url, { timeout: 10_000, retryCount: 1 })
  const client = createPublicClient({ transport })
  const read = (functionName: 'symbol' | 'decimals') => client.readContract({ address: token, abi, functionName })
  const [symbol, decimals] = await Promise.all([read('symbol'), read('decimals')]).catch((thrown: unknown) => {
    throw new NodeError('TOKEN_UNREADABLE', { token, problem: shortly(thrown) }, thrown)
  })
  const unit = unitFrom({ symbol, decimals })
  if (unit !== undefined) return unit
  throw new NodeError('TOKEN_UNREADABLE', { token, problem: 'it gives no symbol and decimals that can be used' })
}

function shortly(thrown: unknown): string {
  const { shortMessage } = thrown as { readonly shortMessage?: unknown }
  return typeof shortMessage === 'string' ? shortMessage : problemOf(thrown)
}
