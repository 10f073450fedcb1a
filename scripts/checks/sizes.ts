import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Budget, budgets } from '../packages/budgets.ts'
import { measure } from '../packages/sizes.ts'
import { root } from '../process/workspaces.ts'
import type { Check } from './check.ts'

const inKB = (bytes: number): string => `${bytes / 1000} kB`

/** The line of the README's table for a budget. */
function lineOf({ name, atOnce, later }: Budget): string {
  return `| ${name} | ${inKB(atOnce)}${later === undefined ? '' : `, ${inKB(later)} later`} |`
}

async function findExcess({ name, program, atOnce, later = 0 }: Budget): Promise<string[]> {
  const size = await measure(program)
  const judge = (what: string, bytes: number, limit: number): string[] =>
    bytes <= limit ? [] : [`${name}: ${inKB(bytes)} ${what} are more than ${inKB(limit)}; see ./run sizes '${name}'`]
  return [
    ...judge('at once', size.atOnce, atOnce),
    ...judge('later', size.later, later),
    ...size.missing.map((specifier) => `${name}: no browser has ${specifier}`),
  ]
}

/** What apps load stays within the budgets, and the README tells them. */
export const sizeCheck: Check = {
  name: 'sizes of what apps load',
  run: async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const findings = await Promise.all(budgets.map(findExcess))
    const untold = budgets.map(lineOf).filter((line) => !readme.includes(`${line}\n`))
    return [...findings.flat(), ...untold.map((line) => `README.md lacks the line: ${line}`)]
  },
}
