// ./run attack [name] [--json]

import { parseArgs } from 'node:util'
import { type Attack, type AttackReport, flawsOf } from './attack.ts'

/** Runs attacks, tells what each came to, and fails where one got anything. */
export async function runAttacks(attacks: readonly Attack[], args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const wanted = positionals.length === 0 ? attacks : attacks.filter(({ name }) => positionals.includes(name))
  if (wanted.length === 0) throw new Error(`no such attack; there are: ${attacks.map(({ name }) => name).join(', ')}`)
  const reports: AttackReport[] = []
  for (const attack of wanted) {
    if (!values.json) process.stdout.write(`${attack.name}: ${attack.about}\n`)
    const report = await attack.run()
    reports.push(report)
    if (values.json) continue
    const { name: _, ...figures } = report
    const flaws = flawsOf(report)
    for (const [figure, value] of Object.entries(figures)) process.stdout.write(`  ${figure.padEnd(12)} ${value}\n`)
    process.stdout.write(`  ${flaws.length === 0 ? 'nothing was got' : flaws.join('; ')}\n`)
  }
  process.stdout.write(`${JSON.stringify({ attacks: reports })}\n`)
  return reports.some((report) => flawsOf(report).length > 0) ? 1 : 0
}
