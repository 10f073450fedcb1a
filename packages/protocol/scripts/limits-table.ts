import { join } from 'node:path'
import { root } from './generated.ts'

/** One limit as the engine's policy holds it. */
interface Limit {
  readonly about: string
  readonly unit: string
  readonly default: bigint | number
  readonly development: bigint | number
  readonly filecoin: bigint | number
}

const HEAD = `| name | limit | unit | default | development | Filecoin |
| --- | --- | --- | ---: | ---: | ---: |
`

/** The limits that a node's policy sets. They stand above this package, so they are loaded and not imported. */
async function loadLimits(): Promise<readonly (readonly [name: string, limit: Limit])[]> {
  const { limits } = (await import(join(root, 'packages/engine/src/policy/limits.ts'))) as {
    readonly limits: Readonly<Record<string, Limit>>
  }
  return Object.entries(limits)
}

/** A power of ten above a million as such, for people. */
function show(value: bigint | number): string {
  const digits = value.toString()
  return /^10{7,}$/.test(digits) ? `10^${digits.length - 1}` : digits
}

/** The table of every limit with its values, in Markdown. */
export async function limitsTable(): Promise<string> {
  const rows = (await loadLimits()).map(
    ([name, { about, unit, default: value, development, filecoin }]) =>
      `| \`${name}\` | ${about} | ${unit} | ${show(value)} | ${show(development)} | ${show(filecoin)} |`,
  )
  return HEAD + rows.join('\n')
}
