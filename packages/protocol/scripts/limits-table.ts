import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './generated.ts'

const SOURCE = 'packages/engine/src/policy/limits.ts'

/** One limit as the engine's policy holds it. */
interface Limit {
  readonly default: bigint | number
  readonly development: bigint | number
  readonly filecoin: bigint | number
}

const HEAD = `| name | limit | unit | default | development | Filecoin |
| --- | --- | --- | ---: | ---: | ---: |
`

/** How the table names the unit with which a limit's text ends. */
const units: Readonly<Record<string, string>> = {
  Seconds: 's',
  Milliseconds: 'ms',
  Minutes: 'min',
  'Base units': 'base units',
  'Parts per million': 'ppm',
  'Per cent': '%',
  Signatures: 'signatures',
}

/** The limits that a node's policy sets. They stand above this package, so they are loaded and not imported. */
async function loadLimits(): Promise<readonly (readonly [name: string, limit: Limit])[]> {
  const { limits } = (await import(join(root, SOURCE))) as { readonly limits: Readonly<Record<string, Limit>> }
  return Object.entries(limits)
}

/** What each limit is about, by its name: the text that stands above it in the source. */
function readTexts(): ReadonlyMap<string, string> {
  const found = readFileSync(join(root, SOURCE), 'utf8').matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+):/g)
  return new Map([...found].map(([, text = '', name = '']) => [name, text.replace(/\s*\n\s*\*\s*/g, ' ').trim()]))
}

/** A limit's text, and the unit that is its last sentence. */
function split(text: string): { readonly about: string; readonly unit: string } {
  const sentences = text.replace(/\.$/, '').split('. ')
  const last = sentences.at(-1) ?? ''
  const unit = units[last] ?? ''
  const about = (unit === '' ? sentences : sentences.slice(0, -1)).join('. ')
  return { about: about.charAt(0).toLowerCase() + about.slice(1), unit }
}

/** A power of ten above a million as such, for people. */
function show(value: bigint | number): string {
  const digits = value.toString()
  return /^10{7,}$/.test(digits) ? `10^${digits.length - 1}` : digits
}

/**
 * The table of every limit with its values, in Markdown.
 *
 * @throws Error if a limit has no text.
 */
export async function limitsTable(): Promise<string> {
  const texts = readTexts()
  const rows = (await loadLimits()).map(([name, { default: value, development, filecoin }]) => {
    const text = texts.get(name)
    if (text === undefined) throw new Error(`${SOURCE} does not say what ${name} is`)
    const { about, unit } = split(text)
    return `| \`${name}\` | ${about} | ${unit} | ${show(value)} | ${show(development)} | ${show(filecoin)} |`
  })
  return HEAD + rows.join('\n')
}
