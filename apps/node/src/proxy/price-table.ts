import { readFileSync } from 'node:fs'
import {
  type PricePartOptions,
  type RoutePrice,
  type RouteRequest,
  type RouteRule,
  ruleMatcher,
} from '@sluice/http/sell'
import { highest } from '@sluice/protocol'
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { NodeError, problemOf } from '../errors.ts'

/** What requests of one kind cost, as a table has it. */
export interface TableRoute extends RouteRule {
  readonly cost: RoutePrice | 'free'
  /** What is sold, for people. */
  readonly description?: string
  /** Of the answers. */
  readonly mimeType?: string
}

/** A table of prices, read and checked. */
export interface PriceTable {
  readonly routes: readonly TableRoute[]
  /** What happens to what no route is for. */
  readonly otherwise: 'free' | 'refuse'
  /** The first route that a request is for. */
  find(request: RouteRequest): TableRoute | undefined
}

export interface PriceTableOptions {
  /** Base units of an amount as it stands in the table. @throws what is wrong with it. */
  readonly amount: (text: string) => bigint
  /** Whether a price can be taken. @throws what is wrong with it. */
  readonly check?: (route: TableRoute) => void
}

type Path = readonly (string | number)[]

/** The text of a table, and where in it everything stands. */
class Source {
  readonly #path: string
  readonly #text: string
  readonly root: Node

  constructor(path: string, text: string) {
    this.#path = path
    this.#text = text
    const errors: ParseError[] = []
    const root = parseTree(text, errors, { allowTrailingComma: true })
    const [first] = errors
    if (first !== undefined || root === undefined) {
      const code = first === undefined ? 'ValueExpected' : printParseErrorCode(first.error)
      throw this.#error(first?.offset ?? 0, 'the table', `is no JSON: ${code}`)
    }
    this.root = root
  }

  /** What is wrong with the value at a place, or with its owner where it is missing. */
  problem(at: Path, problem: string): NodeError {
    let place: Path = at
    let node = findNodeAtLocation(this.root, [...place])
    while (node === undefined && place.length > 0) {
      place = place.slice(0, -1)
      node = findNodeAtLocation(this.root, [...place])
    }
    return this.#error((node ?? this.root).offset, nameOf(at), problem)
  }

  #error(offset: number, entry: string, problem: string): NodeError {
    const line = this.#text.slice(0, offset).split('\n').length
    return new NodeError('PRICES_INVALID', { path: this.#path, line, entry, problem })
  }
}

function nameOf(at: Path): string {
  if (at.length === 0) return 'the table'
  return at.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('')
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const ROUTE_KEYS = ['method', 'path', 'type', 'price', 'payment', 'charges', 'description', 'mimeType']
const PART_KEYS = ['unit', 'amount', 'per']
const MAX_ROUTES = 1_000
const MAX_BYTES = 1024 * 1024

/** Reads the parts of a table. */
class Reader {
  readonly #source: Source
  readonly #options: PriceTableOptions

  constructor(source: Source, options: PriceTableOptions) {
    this.#source = source
    this.#options = options
  }

  table(): PriceTable {
    const value: unknown = getNodeValue(this.#source.root)
    if (!isObject(value)) throw this.#problem([], 'is no object with routes and otherwise')
    this.#known([], value, ['routes', 'otherwise'])
    const { routes, otherwise } = value
    if (otherwise !== 'free' && otherwise !== 'refuse') {
      throw this.#problem(['otherwise'], 'is not "free" or "refuse": what happens to requests that no route is for')
    }
    if (!Array.isArray(routes) || routes.length === 0 || routes.length > MAX_ROUTES) {
      throw this.#problem(['routes'], `is no list of 1 to ${MAX_ROUTES} routes`)
    }
    const read = routes.map((route: unknown, i) => this.#route(['routes', i], route))
    const rows = read.map((route, i) => ({ route, fits: this.#matcher(['routes', i], route) }))
    return {
      routes: read,
      otherwise,
      find: (request) => rows.find(({ fits }) => fits(request))?.route,
    }
  }

  #matcher(at: Path, route: TableRoute): (request: RouteRequest) => boolean {
    const fits = this.#tried([...at, 'path'], () => ruleMatcher(route))
    this.#tried([...at, 'price'], () => this.#options.check?.(route))
    return fits
  }

  #route(at: Path, value: unknown): TableRoute {
    if (!isObject(value)) throw this.#problem(at, 'is no object')
    this.#known(at, value, ROUTE_KEYS)
    const text = (key: string, expected: string, pattern = /./) => {
      const found = value[key]
      if (found === undefined) return {}
      if (typeof found !== 'string' || found.length > 1_024 || !pattern.test(found)) {
        throw this.#problem([...at, key], `is not ${expected}`)
      }
      return { [key]: found }
    }
    return {
      ...text('method', 'a method in capital letters, such as POST', /^[A-Z]{1,32}$/),
      ...text('path', 'a path that begins with a slash, such as /v1/*', /^\//),
      ...text('type', 'a media type, such as application/json', /^[^\s/;]+\/[^\s/;]+$/),
      ...text('description', 'a text'),
      ...text('mimeType', 'a media type, such as application/json', /^[^\s/;]+\/[^\s/;]+$/),
      cost: this.#cost(at, value),
    }
  }

  #cost(at: Path, route: Fields): RoutePrice | 'free' {
    const { price, payment, charges } = route
    if (price === 'free') return 'free'
    if (payment !== undefined && payment !== 'credit' && payment !== 'upfront') {
      throw this.#problem([...at, 'payment'], 'is not "credit" or "upfront"')
    }
    const rest = {
      ...(payment === undefined ? {} : { payment }),
      ...(charges === undefined ? {} : { charges: this.#charges([...at, 'charges'], charges) }),
    } satisfies Partial<RoutePrice>
    const here = [...at, 'price']
    if (typeof price === 'string') return { price: [{ unit: 'call', amount: this.#amount(here, price) }], ...rest }
    if (!Array.isArray(price) || price.length === 0) {
      throw this.#problem(here, 'is not "free", an amount a call, or a list of {unit, amount, per}')
    }
    return { price: price.map((part: unknown, i) => this.#part([...here, i], part)), ...rest }
  }

  #part(at: Path, value: unknown): PricePartOptions {
    if (!isObject(value)) throw this.#problem(at, 'is no object {unit, amount, per}')
    this.#known(at, value, PART_KEYS)
    const { unit, amount, per } = value
    if (typeof unit !== 'string')
      throw this.#problem([...at, 'unit'], 'is not call, byte, second or a unit of your own')
    const isPer = per === undefined || (typeof per === 'number' && Number.isSafeInteger(per) && per >= 1)
    if (!isPer) throw this.#problem([...at, 'per'], 'is no whole number from 1 on')
    return {
      unit,
      amount: this.#amount([...at, 'amount'], amount),
      ...(per === undefined ? {} : { per: BigInt(per as number) }),
    }
  }

  #amount(at: Path, value: unknown): bigint {
    if (typeof value !== 'string') throw this.#problem(at, 'is no amount in quotation marks, such as "10nFIL"')
    return this.#tried(at, () => this.#options.amount(value))
  }

  /** What fails at the server itself is never charged. */
  #charges(at: Path, value: unknown): readonly number[] {
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => [2, 3, 4].includes(one as number))
    if (!isList) throw this.#problem(at, 'is no list of classes of status that charge: of 2, 3 and 4')
    return value as readonly number[]
  }

  #known(at: Path, value: Fields, keys: readonly string[]): void {
    const unknown = Object.keys(value).find((key) => !keys.includes(key))
    if (unknown !== undefined) throw this.#problem([...at, unknown], `is not known here; there are ${keys.join(', ')}`)
  }

  #tried<T>(at: Path, run: () => T): T {
    try {
      return run()
    } catch (thrown) {
      throw this.#problem(at, problemOf(thrown))
    }
  }

  #problem(at: Path, problem: string): NodeError {
    return this.#source.problem(at, problem)
  }
}

/**
 * Reads a table of prices: JSON, in which comments may stand.
 *
 * @throws NodeError FILE_UNREADABLE, PRICES_INVALID with the line and the entry
 */
export function readPriceTable(path: string, options: PriceTableOptions): PriceTable {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path, problem: problemOf(thrown) }, thrown)
  }
  if (text.length > MAX_BYTES)
    throw new NodeError('FILE_UNREADABLE', { path, problem: `it is above ${MAX_BYTES} bytes` })
  return new Reader(new Source(path, text), options).table()
}

/** How much of a unit a window holds where nobody says how large it is. */
const AHEAD: Readonly<Record<string, bigint>> = { call: 16n, byte: 1024n * 1024n, second: 10n }
const AHEAD_OWN = 64n

/** A window that lets the dearest route go on for a while without a payment, base units. */
export function windowFor({ routes }: PriceTable): bigint {
  const windows = routes.map(({ cost }) =>
    cost === 'free' ? 0n : cost.price.reduce((sum, part) => sum + ahead(part), 0n),
  )
  return highest(1n, ...windows)
}

function ahead({ unit, amount, per = 1n }: PricePartOptions): bigint {
  const count = AHEAD[unit] ?? AHEAD_OWN
  return (highest(count, per) * amount + per - 1n) / per
}
