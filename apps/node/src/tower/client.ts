import { decodeTowerAnswer, type SluiceError, type TowerAnswer } from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'
import { type TowerAbout, towerAbout } from './about.ts'

/** A tower answers within so long, milliseconds. */
const PATIENCE = 10_000
/** Most bytes of an answer that are read. */
const ANSWER_BYTES = 16 * 1024 * 1024

const silent = (url: string, thrown: unknown): NodeError =>
  new NodeError('TOWER_UNREACHABLE', { url, problem: problemOf(thrown) }, thrown)

async function exchange(
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly body: Uint8Array }> {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(PATIENCE) })
    const parts: Uint8Array[] = []
    let bytes = 0
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += part.length
      if (bytes > ANSWER_BYTES) throw new Error('its answer is too long')
      parts.push(part)
    }
    return { status: response.status, body: new Uint8Array(Buffer.concat(parts)) }
  } catch (thrown) {
    throw silent(url, thrown)
  }
}

/**
 * Asks a tower who it is.
 *
 * @throws NodeError TOWER_UNREACHABLE
 */
export async function askAbout(url: string): Promise<TowerAbout> {
  const { status, body } = await exchange(url, {})
  try {
    if (status !== 200) throw new Error(`it answers ${status}`)
    return towerAbout.decode(JSON.parse(Buffer.from(body).toString('utf8')), 'its answer')
  } catch (thrown) {
    throw silent(url, thrown)
  }
}

/**
 * Sends a tower what was signed for it.
 *
 * @throws NodeError TOWER_UNREACHABLE, TOWER_REFUSED
 */
export async function askTower(url: string, request: Uint8Array): Promise<TowerAnswer> {
  const headers = { 'content-type': 'application/octet-stream' }
  const { status, body } = await exchange(url, { method: 'POST', headers, body: new Uint8Array(request) })
  if (status !== 200) throw refusal(url, status, body)
  try {
    return decodeTowerAnswer(body)
  } catch (thrown) {
    throw silent(url, thrown)
  }
}

function refusal(url: string, status: number, body: Uint8Array): SluiceError {
  try {
    const { error } = JSON.parse(Buffer.from(body).toString('utf8'))
    const { code, message } = error ?? {}
    if (typeof code === 'string' && typeof message === 'string') {
      return new NodeError('TOWER_REFUSED', { url, code: code.slice(0, 64), problem: message.slice(0, 300) })
    }
  } catch {
    // It is no Sluice watchtower that answers so.
  }
  return silent(url, new Error(`it answers ${status}`))
}
