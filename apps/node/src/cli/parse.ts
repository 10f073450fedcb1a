import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Finality } from '@sluice/adapters/chain-viem'
import type { TakenToken } from '@sluice/engine'
import { type Address, type Hex, NATIVE_TOKEN } from '@sluice/protocol'
import { NodeError } from '../errors.ts'
import { hasForeignUnit, parseAmount, parseAmountOf } from './amount.ts'
import type { Parse } from './options.ts'

function invalid(name: string, value: string, expected: string): NodeError {
  return new NodeError('VALUE_INVALID', { name, value, expected })
}

/** A path, made absolute against the folder that the user is in; `~/` is the user's own folder. */
export const path: Parse<string> = (value) =>
  value.startsWith('~/') ? join(homedir(), value.slice(2)) : resolve(value)

/** An amount; see {@link parseAmount}. */
export const amount: Parse<bigint> = parseAmount

/** An amount of a token that is known later; see {@link parseAmountOf}. */
export const amountOf: Parse<AmountOf> = (value, name) => {
  const isForeign = hasForeignUnit(value)
  if (!isForeign) parseAmount(value, name)
  return Object.assign((of: Address) => parseAmountOf(of, value, name), { isForeign })
}

/** An amount of a token that is known later. `isForeign`: it is written in a unit that only the token knows. */
export interface AmountOf {
  (token: Address): bigint
  readonly isForeign: boolean
}

/** An address of 20 bytes, read to lowercase. */
export const address: Parse<Address> = (value, name) => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) throw invalid(name, value, 'an address: 0x and 40 hexadecimal digits')
  return value.toLowerCase() as Address
}

/** 32 bytes, read to lowercase. */
export const bytes32: Parse<Hex> = (value, name) => {
  if (!/^0x[0-9a-fA-F]{64}$/.test(value)) throw invalid(name, value, '32 bytes: 0x and 64 hexadecimal digits')
  return value.toLowerCase() as Hex
}

/** A token: its address, or `native`. */
export const token: Parse<Address> = (value, name) => {
  if (value === 'native') return NATIVE_TOKEN
  if (!/^0x[0-9a-fA-F]{40}$/.test(value))
    throw invalid(name, value, "a token: 'native', or 0x and 40 hexadecimal digits")
  return value.toLowerCase() as Address
}

/** Tokens with commas between them; each may say after a colon the smallest capacity of a virtual channel in it, base units. */
export const takenTokens: Parse<readonly TakenToken[]> = (value, name) => {
  const taken = value.split(',').map((item) => {
    const [named = '', least, ...rest] = item.trim().split(':')
    if (rest.length > 0 || !/^\d{1,38}$/.test(least ?? '0')) {
      throw invalid(
        name,
        value,
        'tokens with commas between them, such as native,0x…:1000 with a least capacity in base units',
      )
    }
    return { token: token(named, name), ...(least === undefined ? {} : { capacityMin: BigInt(least) }) }
  })
  if (new Set(taken.map((one) => one.token)).size < taken.length) throw invalid(name, value, 'each token once')
  return taken
}

/** A price in one token. */
export interface TokenPrice {
  readonly token: Address
  /** Base units. */
  readonly amount: bigint
}

/** Prices with commas between them, in the native token or in the one named before a colon: `1nFIL`, `1nFIL,0x…:50`. */
export const prices: Parse<readonly [TokenPrice, ...TokenPrice[]]> = (value, name) => {
  const [first, ...others] = value.split(',').map((item) => {
    const [amountText = '', named = 'native', ...rest] = item.trim().split(':').reverse()
    if (rest.length > 0) throw invalid(name, value, 'prices with commas between them, such as 1nFIL,0x…:50')
    const inToken = token(named, name)
    return { token: inToken, amount: parseAmountOf(inToken, amountText, name) }
  })
  if (first === undefined) throw invalid(name, value, 'a price')
  const distinct = new Set([first, ...others].map((price) => price.token)).size
  if (distinct <= others.length || distinct > 4) throw invalid(name, value, 'each token once, and four at most')
  return [first, ...others]
}

/** Addresses or networks of proxies, with commas between them. */
export const proxies: Parse<readonly string[]> = (value, name) => {
  const named = value.split(',').map((one) => one.trim())
  const isOne = (one: string) => {
    const [address = '', bits, ...rest] = one.split('/')
    const width = isIP(address) === 4 ? 32 : 128
    return (
      isIP(address) !== 0 &&
      rest.length === 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))
    )
  }
  if (!named.every(isOne))
    throw invalid(name, value, 'addresses or networks with commas between them: 127.0.0.1,10.0.0.0/8')
  return named
}

/** An id or the beginning of one, with 0x. */
export const idPrefix: Parse<string> = (value, name) => {
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(value))
    throw invalid(name, value, 'a channel id or its beginning: 0x and hexadecimal digits')
  return value.toLowerCase()
}

/** A whole number within a range. */
export function wholeNumber(min: number, max: number): Parse<number> {
  return (value, name) => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw invalid(name, value, `a whole number from ${min} to ${max}`)
    return number
  }
}

const sizes: Readonly<Record<string, bigint>> = {
  '': 1n,
  B: 1n,
  KB: 1000n,
  MB: 1000n ** 2n,
  GB: 1000n ** 3n,
  KiB: 1024n,
  MiB: 1024n ** 2n,
  GiB: 1024n ** 3n,
}

/** A number of bytes: `4096`, `1MiB`, `2 MB`. */
export const byteCount: Parse<bigint> = (value, name) => {
  const match = /^(\d+)\s*([KMG]?i?B)?$/.exec(value.trim())
  const scale = sizes[match?.[2] ?? '']
  if (match?.[1] === undefined || scale === undefined) throw invalid(name, value, 'a size such as 4096, 1MiB or 2MB')
  return BigInt(match[1]) * scale
}

/** Seconds: `90`, `15m`, `2h`, `1d`. */
export const duration: Parse<number> = (value, name) => {
  const match = /^(\d{1,9})\s*([smhd])?$/.exec(value.trim())
  if (match?.[1] === undefined) throw invalid(name, value, 'a time such as 90, 90s, 15m, 2h or 1d')
  const scale = { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? 's'] ?? 1
  return Number(match[1]) * scale
}

/** A URL of one of these schemes. */
export function urlOf(...schemes: readonly string[]): Parse<string> {
  return (value, name) => {
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url === undefined || !schemes.includes(url.protocol.slice(0, -1))) {
      throw invalid(name, value, `an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`)
    }
    return value
  }
}

/** A method of a request, in capital letters. */
export const methodName: Parse<string> = (value, name) => {
  if (/^[A-Za-z]{1,32}$/.test(value) && !/^(?:connect|trace|track)$/i.test(value)) return value.toUpperCase()
  throw invalid(name, value, 'a method, such as POST')
}

/** A header of a request: `Name: value`. */
export const headerLine: Parse<readonly [name: string, value: string]> = (value, name) => {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)$/.exec(value)
  const isPayment = /^payment-/i.test(match?.[1] ?? '')
  if (match === null || isPayment)
    throw invalid(name, value, 'a header such as "Accept: text/plain", and none of payments')
  return [match[1] ?? '', match[2] ?? '']
}

/** Origins of pages with commas between them, `all` or `none`. */
export const originsOf: Parse<'all' | 'none' | readonly string[]> = (value, name) => {
  if (value === 'all' || value === 'none') return value
  return value.split(',').map((one) => {
    const url = URL.canParse(one.trim()) ? new URL(one.trim()) : undefined
    if (url === undefined || url.origin !== one.trim()) {
      throw invalid(name, value, 'all, none, or origins with commas between them: https://shop.example')
    }
    return url.origin
  })
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `host:port`, `[v6]:port` or `port`; alone, a port is one of the loopback. */
export const listenAddress: Parse<ListenAddress> = (value, name) => {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(value)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw invalid(name, value, 'an address to listen at: host:port, or a port')
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port }
}

/** Addresses of providers, with commas between them: their origins. */
export const providerUrls: Parse<readonly string[]> = (value, name) => {
  const urls = value.split(',').map((one) => one.trim())
  const isOne = (one: string) => URL.canParse(one) && /^https?:$/.test(new URL(one).protocol)
  if (!urls.every(isOne) || urls.length > 16) {
    throw invalid(name, value, 'addresses that begin with http:// or https://, with commas between them, 16 at most')
  }
  return [...new Set(urls.map((one) => new URL(one).origin))]
}

/** Bytes of a file: `from:to`. */
export const entityBytes: Parse<string> = (value, name) => {
  if (/^-?\d{1,16}:(?:-?\d{1,16}|\*)$/.test(value)) return value
  throw invalid(name, value, 'bytes of a file, both ends included, such as 0:1023, 1024:* or -100:*')
}

/** One of a list of words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Parse<Word> {
  return (value, name) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw invalid(name, value, `one of ${words.join(', ')}`)
    return word
  }
}

/** When a block counts as final. */
export const finality: Parse<Finality> = (value, name) => {
  if (value === 'finalized' || value === 'safe') return { type: 'tag', tag: value }
  if (!/^\d{1,6}$/.test(value)) throw invalid(name, value, 'finalized, safe, or a number of blocks')
  return { type: 'depth', blocks: Number(value) }
}
