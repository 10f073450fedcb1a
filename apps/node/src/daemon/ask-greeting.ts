import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Address } from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'
import type { NodeInfo } from '../rpc/methods.ts'
import { type Greeting, readGreeting } from './greeting.ts'

const TIMEOUT = 5_000
const LARGEST = 16 * 1024

/** What a node publishes at its peer address, which is given as peers or as pages reach it. @throws what is wrong with the answer */
export async function askGreeting(url: string): Promise<Greeting> {
  return readGreeting(await fetchText(url.replace(/^ws/, 'http')))
}

/** A hub by what it publishes. */
export interface PublishedHub {
  readonly signer: Address
  /** Where its peer transport listens. */
  readonly url: string
}

/**
 * Reads who a hub is, and how peers reach it, from the document that it publishes.
 *
 * @param own The chain and the contract that it has to be of.
 * @throws NodeError HUB_UNREADABLE, HUB_ELSEWHERE
 */
export async function readHub(url: string, own: Pick<NodeInfo, 'chainId' | 'contract'>): Promise<PublishedHub> {
  const greeting = await askGreeting(url).catch((thrown) => {
    throw new NodeError('HUB_UNREADABLE', { url, problem: problemOf(thrown) }, thrown)
  })
  const { signer, network, contract, role } = greeting
  if (role !== 'hub') throw new NodeError('HUB_UNREADABLE', { url, problem: `a ${role} answers there` })
  const wanted = `eip155:${own.chainId}`
  if (network !== wanted || contract !== own.contract) {
    throw new NodeError('HUB_ELSEWHERE', { url, network, contract, wanted, own: own.contract })
  }
  return { signer, url: greeting.url ?? new URL(url.replace(/^http/, 'ws')).href }
}

function fetchText(url: string): Promise<string> {
  const get = url.startsWith('https:') ? secureRequest : request
  return new Promise((resolve, reject) => {
    const sent = get(new URL('/', url), { timeout: TIMEOUT }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
        if (body.length > LARGEST) sent.destroy(new Error('the answer is too long'))
      })
      response.once('end', () => {
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(`the answer is ${response.statusCode}`))
      })
    })
    sent.once('timeout', () => sent.destroy(new Error(`nothing came for ${TIMEOUT} ms`)))
    sent.once('error', reject)
    sent.end()
  })
}
