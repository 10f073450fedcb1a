// What the compiler knows of the contracts: their ABI and documentation, and what the fields of structs mean.

import solc from 'solc'
import { contractSources } from '../tools/natspec.ts'

/** An argument, a field or a value of an ABI. */
export interface AbiValue {
  readonly name: string
  readonly type: string
  readonly internalType?: string
  readonly components?: readonly AbiValue[]
}

export interface AbiItem {
  readonly type: string
  readonly name?: string
  readonly stateMutability?: string
  readonly inputs?: readonly AbiValue[]
  readonly outputs?: readonly AbiValue[]
}

interface MethodDoc {
  readonly details?: string
  readonly params?: Readonly<Record<string, string>>
  readonly returns?: Readonly<Record<string, string>>
}

interface DevDoc {
  readonly methods?: Readonly<Record<string, MethodDoc>>
  readonly stateVariables?: Readonly<Record<string, MethodDoc>>
}

interface UserDoc {
  readonly methods?: Readonly<Record<string, { readonly notice?: string }>>
  readonly errors?: Readonly<Record<string, readonly { readonly notice?: string }[]>>
  readonly events?: Readonly<Record<string, { readonly notice?: string }>>
}

interface Built {
  readonly abi: readonly AbiItem[]
  readonly devdoc: DevDoc
  readonly userdoc: UserDoc
}

interface AstNode {
  readonly nodeType: string
  readonly name?: string
  readonly documentation?: { readonly text: string } | null
  readonly nodes?: readonly AstNode[]
}

interface Output {
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Built>>>>
  readonly sources: Readonly<Record<string, { readonly ast: AstNode }>>
}

/** A contract's ABI with its documentation. */
export class Contract {
  readonly #built: Built
  constructor(built: Built) {
    this.#built = built
  }

  get abi(): readonly AbiItem[] {
    return this.#built.abi
  }

  /** Names of all items of a kind. */
  names(type: 'function' | 'error' | 'event'): string[] {
    return this.abi.flatMap((item) => (item.type === type && item.name !== undefined ? [item.name] : []))
  }

  /** @throws Error if there is none of that name. */
  item(type: 'function' | 'error' | 'event', name: string): AbiItem {
    const found = this.abi.find((item) => item.type === type && item.name === name)
    if (found === undefined) throw new Error(`there is no ${type} ${name}`)
    return found
  }

  /** A function's `@notice`. */
  notice(name: string): string {
    return this.#built.userdoc.methods?.[signatureOf(this.item('function', name))]?.notice ?? ''
  }

  /** A function's `@dev`, `@param` and `@return`. */
  details(name: string): MethodDoc {
    const { methods, stateVariables } = this.#built.devdoc
    return methods?.[signatureOf(this.item('function', name))] ?? stateVariables?.[name] ?? {}
  }

  /** What an error means. */
  errorNotice(name: string): string {
    return this.#built.userdoc.errors?.[signatureOf(this.item('error', name))]?.[0]?.notice ?? ''
  }

  /** What an event tells. */
  eventNotice(name: string): string {
    return this.#built.userdoc.events?.[signatureOf(this.item('event', name))]?.notice ?? ''
  }
}

/** The contracts that pages speak of, and the fields of all structs. */
export interface Reference {
  readonly contracts: Readonly<Record<string, Contract>>
  /** Meaning of the fields, by struct. */
  readonly structs: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Reads the sources by the compiler, without making code. */
export function readReference(): Reference {
  const sources = Object.fromEntries(Object.entries(contractSources()).map(([path, content]) => [path, { content }]))
  const outputSelection = { '*': { '': ['ast'], '*': ['abi', 'devdoc', 'userdoc'] } }
  const input = { language: 'Solidity', sources, settings: { evmVersion: 'cancun', outputSelection } }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const built = Object.values(output.contracts).flatMap((file) => Object.entries(file))
  const nodes = Object.values(output.sources).flatMap(({ ast }) => nodesOf(ast))
  const structs = nodes.filter(({ nodeType }) => nodeType === 'StructDefinition')
  return {
    contracts: Object.fromEntries(built.map(([name, one]) => [name, new Contract(one)])),
    structs: Object.fromEntries(structs.map((node) => [node.name ?? '', fieldsOf(node.documentation?.text ?? '')])),
  }
}

const nodesOf = (node: AstNode): AstNode[] => [node, ...(node.nodes ?? []).flatMap(nodesOf)]

function fieldsOf(text: string): Record<string, string> {
  const found = text.matchAll(/@param (\w+) ([^@]+)/g)
  return Object.fromEntries(
    Array.from(found, ([, name = '', meaning = '']) => [name, meaning.replace(/\s+/g, ' ').trim()]),
  )
}

function signatureOf({ name, inputs = [] }: AbiItem): string {
  return `${name}(${inputs.map(canonicalType).join(',')})`
}

function canonicalType({ type, components }: AbiValue): string {
  if (!type.startsWith('tuple')) return type
  return `(${(components ?? []).map(canonicalType).join(',')})${type.slice('tuple'.length)}`
}

/** A name as it stands in paths. */
export const kebab = (name: string): string =>
  name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])/g, '-').toLowerCase()
