// What the documentation of the Solidity sources lacks, and what the compiler warns of in them with no warning switched off.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import solc from 'solc'
import { contractsFolder } from './foundry.ts'

/** What is looked at of a node of the compiler's syntax tree. */
interface AstNode {
  readonly nodeType: string
  readonly src: string
  readonly name?: string
  readonly kind?: string
  readonly visibility?: string
  readonly documentation?: { readonly text: string } | null
  readonly nodes?: readonly AstNode[]
  readonly members?: readonly AstNode[]
  readonly parameters?: { readonly parameters: readonly AstNode[] }
  readonly returnParameters?: { readonly parameters: readonly AstNode[] }
}

interface Output {
  readonly errors?: readonly { readonly formattedMessage: string }[]
  readonly sources?: Readonly<Record<string, { readonly ast: AstNode }>>
}

/** Text of the sources by their path in the contracts folder. */
export type Sources = Readonly<Record<string, string>>

/** Comments by which tools are told to be silent. */
const silencers = /forge-lint:|solhint-disable|slither-disable|@custom:oz-upgrades-unsafe-allow|solc-disable/

/** All of `src`. */
export function contractSources(): Sources {
  const paths = readdirSync(join(contractsFolder, 'src'), { recursive: true, encoding: 'utf8' })
  const solidity = paths.filter((path) => path.endsWith('.sol')).map((path) => `src/${path.replaceAll('\\', '/')}`)
  return Object.fromEntries(solidity.map((path) => [path, readFileSync(join(contractsFolder, path), 'utf8')]))
}

/**
 * What is missing: a contract's `@title`; the `@notice` of all but private functions; a `@param` for each argument of a function,
 * error, event or struct; a `@return` for each value that an external function gives. And every warning of the compiler.
 *
 * @param sources - Texts that import each other by relative paths.
 * @returns One line a finding, which begins with its place; nothing if all is well.
 */
export function findUndocumented(sources: Sources): string[] {
  const output = compile(sources)
  const told = (output.errors ?? []).map(({ formattedMessage }) => formattedMessage.trim())
  const trees = Object.entries(output.sources ?? {})
  const silenced = Object.entries(sources)
    .filter(([, text]) => silencers.test(text))
    .map(([path]) => `${path}: a tool is told to be silent: change what it finds, or answer it in specs/security.md`)
  return [...told, ...silenced, ...trees.flatMap(([path, { ast }]) => lacksOf(path, sources[path] ?? '', ast))]
}

// Types are checked, and no code is made.
function compile(sources: Sources): Output {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: { evmVersion: 'cancun', outputSelection: { '*': { '': ['ast'], '*': ['abi'] } } },
  }
  return JSON.parse(solc.compile(JSON.stringify(input)))
}

function lacksOf(path: string, text: string, node: AstNode): string[] {
  const line = Buffer.from(text).subarray(0, Number.parseInt(node.src, 10)).toString().split('\n').length
  const own = lacksOfNode(node).map((lack) => `${path}:${line} ${node.name || node.kind}: ${lack}`)
  return [...own, ...(node.nodes ?? []).flatMap((child) => lacksOf(path, text, child))]
}

function lacksOfNode(node: AstNode): string[] {
  const text = node.documentation?.text ?? ''
  if (/@inheritdoc\b/.test(text)) return []
  switch (node.nodeType) {
    case 'ContractDefinition':
      return lacks(text, ['@title', '@notice'])
    case 'ErrorDefinition':
    case 'EventDefinition':
      return lacks(text, ['@notice', ...namesOf('@param', node.parameters?.parameters)])
    case 'StructDefinition':
      // one that only one file sees tells its developers
      return lacks(text, [/@dev\b/.test(text) ? '@dev' : '@notice', ...namesOf('@param', node.members)])
    case 'EnumDefinition':
      return lacks(text, ['@notice'])
    case 'VariableDeclaration':
      return node.visibility === 'public' ? lacks(text, ['@notice']) : []
    case 'FunctionDefinition':
      return lacksOfFunction(node, text)
    default:
      return []
  }
}

function lacksOfFunction(node: AstNode, text: string): string[] {
  const { kind, visibility } = node
  if (kind === 'constructor') return lacks(text, namesOf('@param', node.parameters?.parameters))
  if (visibility === 'private') return []
  const parameters = namesOf('@param', node.parameters?.parameters)
  const isExternal = visibility === 'external' || visibility === 'public'
  const returned = isExternal ? (node.returnParameters?.parameters ?? []) : []
  const missing = lacks(text, ['@notice', ...parameters, ...namesOf('@return', returned)])
  const nameless = returned.filter(({ name }) => !name).length
  return (text.match(/@return\b/g) ?? []).length < nameless ? [...missing, 'no @return'] : missing
}

function namesOf(tag: string, declared: readonly AstNode[] = []): string[] {
  return declared.flatMap(({ name }) => (name ? [`${tag} ${name}`] : []))
}

function lacks(text: string, tags: readonly string[]): string[] {
  const words = text.replaceAll(/[ \t]+/g, ' ')
  return tags.filter((tag) => !new RegExp(`${tag}(?![\\w$])`).test(words)).map((tag) => `no ${tag}`)
}
