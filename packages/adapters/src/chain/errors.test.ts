import { describe, expect, it } from 'vitest'
import { ChainError, shownUrl } from './errors.ts'

describe('an error of the chain', () => {
  it.each([
    ['https://eth.example/v2/secret', 'https://eth.example/…'],
    ['https://eth.example:8443/?key=secret', 'https://eth.example:8443/…'],
    ['wss://me:secret@eth.example', 'wss://eth.example/…'],
    ['https://eth.example/#secret', 'https://eth.example/…'],
    ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
    ['http://127.0.0.1:8545/', 'http://127.0.0.1:8545/'],
    ['no address', 'no address'],
  ])('shows of %s no more than the host', (url, shown) => {
    expect(shownUrl(url)).toBe(shown)
    const error = new ChainError('CHAIN_UNREACHABLE', { url, reason: `fetch of ${url} failed` })
    expect(error.details).toEqual({ url: shown, reason: `fetch of ${shown} failed` })
    expect(error.message).toBe(`the chain at ${shown} does not answer: fetch of ${shown} failed`)
    if (url.includes('secret')) expect(JSON.stringify(error)).not.toContain('secret')
  })

  it('shows no more of the address of another endpoint either', () => {
    const reason =
      'HTTP request failed. URL: https://other.example/v2/secret, body: {"url":"wss://me:secret@third.example"}'
    const details = { url: 'http://127.0.0.1:8545', leader: 'https://eth.example/v2/secret', what: reason, number: 5n }
    const { message } = new ChainError('CHAIN_ENDPOINTS_DISAGREE', details)
    expect(message).not.toContain('secret')
    for (const host of ['eth.example', 'other.example', 'third.example']) expect(message).toContain(host)
  })

  it('without an address is as it is', () => {
    expect(new ChainError('CHAIN_STOPPED').details).toEqual({})
  })
})
