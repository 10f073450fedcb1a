// The pages for integrators: one a call, and one that names them all.

import type { CallGroup, CallText } from './calls/call.ts'
import { remedies } from './calls/errors.ts'
import { type AbiItem, type AbiValue, type Contract, kebab, type Reference } from './reference.ts'
import { sampleOf } from './samples.ts'
import { unitOf } from './units.ts'

const generated = '<!-- Written by `npm run docs -w contracts` from the sources: not to be edited. -->'

/** Gas by contract and call: `Sluice.settle`. */
export type GasOfCalls = Readonly<Record<string, number>>

/** Where the page of a call is, in `docs/contracts`. */
export const pathOf = (contract: string, call: string): string => `${kebab(contract)}/${kebab(call)}.md`

/** The page of one call. */
export function callPage(group: CallGroup, call: string, reference: Reference, gas: GasOfCalls): string {
  const contract = contractOf(group, reference)
  const text = group.calls[call]
  if (text === undefined) throw new Error(`there is nothing to say of ${call}`)
  const item = contract.item('function', call)
  const parts = [
    `${generated}\n\n# ${call}\n\n${group.contract}: [${group.title.toLowerCase()}](../README.md#${slug(group.title)})`,
    contract.notice(call),
    contract.details(call).details ?? '',
    `    ${headOf(item)}`,
    table(
      ['', ''],
      [
        ['who may call', text.who],
        ['when', text.when],
        ...(isView(item) ? [] : [['gas', gasText(gas[`${group.contract}.${call}`])]]),
      ],
    ),
    valuesPart('Arguments', item.inputs ?? [], contract.details(call).params ?? {}, reference),
    valuesPart('Returns', named(item.outputs ?? []), returnsOf(contract.details(call).returns), reference),
    eventsPart(contract, text),
    errorsPart(group.contract, contract, text, isView(item)),
    (text.notes ?? []).length === 0
      ? ''
      : `## Good to know\n\n${(text.notes ?? []).map((note) => `- ${note}`).join('\n')}`,
    `## Example\n\n\`\`\`ts\n${sampleOf(group.samples, call)}\n\`\`\`\n\n\`setup.ts\` is in [the overview](../README.md#what-the-examples-share).`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** The page that names all calls, events and errors. */
export function overviewPage(
  groups: readonly CallGroup[],
  reference: Reference,
  gas: GasOfCalls,
  setup: string,
): string {
  const contracts = [...new Set(groups.map(({ contract }) => contract))]
  return `${[
    `${generated}\n\n# The contracts, call by call`,
    `For whoever calls the contracts without a Sluice node: a page a call, with its arguments and their units, events, errors and what to do about
them, gas, and an example. What the contracts are for is in the [protocol's text](../../specs/protocol.md), what may go wrong in
[security.md](../../specs/security.md), and how to read the sources in [audit.md](../../specs/audit.md).`,
    `- **Amounts** are base units of the channel's token. **Times** are block timestamps in Unix seconds.
- **Party** 0 is \`a\`, 1 is \`b\`. **Lane** 0 pays from a to b, lane 1 from b to a.
- **asCredit** is a bit mask, 1 for a and 2 for b: whose money is credited and not pushed. Use it for an account that burns gas.
- **Batches** skip an item that is refused, with an event \`Skipped\` that carries the error's selector. What all items share fails the whole call.
- **A call back** from inside a call is refused with \`Reentered\`, whatever it is. Calldata that does not decode reverts without data.
- **Gas** is of whole transactions by Cancun's rules, as \`npm run docs -w contracts\` measured it by the examples themselves. On Filecoin gas
  follows other laws: estimate there.`,
    ...groups.map((group) => groupPart(group, contractOf(group, reference), gas)),
    ...contracts.flatMap((name) => listsOf(name, reference)),
    `## What the examples share\n\n\`\`\`ts title="setup.ts"\n${setup.trim()}\n\`\`\``,
  ].join('\n\n')}\n`
}

function groupPart({ title, contract: name, calls }: CallGroup, contract: Contract, gas: GasOfCalls): string {
  const rows = Object.keys(calls).map((call) => [
    `[${call}](${pathOf(name, call)})`,
    firstSentence(contract.notice(call)),
    gas[`${name}.${call}`]?.toLocaleString('en') ?? '',
  ])
  return `## ${title}\n\n${table(['call', 'what it does', 'gas'], rows)}`
}

function listsOf(name: string, { contracts }: Reference): string[] {
  const contract = contracts[name]
  if (contract === undefined) throw new Error(`there is no ${name}`)
  const events = contract
    .names('event')
    .sort()
    .map((event) => [`\`${headOf(contract.item('event', event))}\``, contract.eventNotice(event)])
  const errors = contract
    .names('error')
    .sort()
    .map((error) => [
      `\`${headOf(contract.item('error', error))}\``,
      contract.errorNotice(error),
      remedyOf(name, error),
    ])
  return [
    `## Events of ${name}\n\n${table(['event', 'what it tells'], events)}`,
    `## Errors of ${name}\n\n${table(['error', 'what it means', 'what to do'], errors)}`,
  ]
}

/** What is missing: calls without a page, errors and events on none, errors without a remedy. */
export function findGaps(groups: readonly CallGroup[], { contracts }: Reference): string[] {
  return [...new Set(groups.map(({ contract }) => contract))].flatMap((name) => {
    const contract = contracts[name]
    const calls = groups.filter((group) => group.contract === name).flatMap((group) => Object.entries(group.calls))
    const texts = calls.map(([, text]) => text)
    const errors = new Set([...texts.flatMap((text) => [...(text.errors ?? []), ...(text.skips ?? [])]), 'Reentered'])
    const events = new Set(texts.flatMap((text) => text.events ?? []))
    const paged = new Set(calls.map(([call]) => call))
    return [
      ...(contract?.names('function') ?? [])
        .filter((call) => !paged.has(call))
        .map((call) => `${name}.${call} has no page`),
      ...(contract?.names('error') ?? [])
        .filter((error) => !errors.has(error))
        .map((error) => `no page names ${name}.${error}`),
      ...(contract?.names('event') ?? [])
        .filter((event) => !events.has(event))
        .map((event) => `no page names ${name}.${event}`),
      ...Object.keys(remedies[name] ?? {})
        .filter((error) => !contract?.names('error').includes(error))
        .map((error) => `${name} has no error ${error} any more`),
    ]
  })
}

function contractOf({ contract: name }: CallGroup, { contracts }: Reference): Contract {
  const contract = contracts[name]
  if (contract === undefined) throw new Error(`there is no contract ${name}`)
  return contract
}

function remedyOf(contract: string, error: string): string {
  const remedy = remedies[contract]?.[error]
  if (remedy === undefined) throw new Error(`nothing says what to do about ${contract}.${error}`)
  return remedy
}

const isView = ({ stateMutability }: AbiItem): boolean => stateMutability === 'view' || stateMutability === 'pure'

function headOf({ type, name, inputs = [], outputs = [], stateMutability }: AbiItem): string {
  const list = (values: readonly AbiValue[]) =>
    values.map((value) => `${typeOf(value)} ${value.name}`.trim()).join(', ')
  if (type !== 'function') return `${name}(${list(inputs)})`
  const mutability = stateMutability === 'nonpayable' ? '' : ` ${stateMutability}`
  return `function ${name}(${list(inputs)}) external${mutability}${outputs.length === 0 ? '' : ` returns (${list(outputs)})`}`
}

const typeOf = ({ type, internalType = type }: AbiValue): string =>
  internalType.replace(/^(struct|enum|contract) /, '').replace(/^.*\./, '')

const gasText = (gas: number | undefined): string =>
  gas === undefined
    ? 'not measured here: it depends on the collection or the app'
    : `${gas.toLocaleString('en')} in the example`

const named = (values: readonly AbiValue[]) => values.map((value) => ({ ...value, name: value.name || 'result' }))

function returnsOf(returns: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(returns).map(([name, text]) => [name === '_0' ? 'result' : name, text]))
}

function valuesPart(
  title: string,
  values: readonly AbiValue[],
  meanings: Readonly<Record<string, string>>,
  reference: Reference,
): string {
  const rows = values.flatMap((value) => rowsOf(value, value.name, meanings[value.name] ?? '', reference))
  return rows.length === 0 ? '' : `## ${title}\n\n${table(['name', 'type', 'what it is', 'unit'], rows)}`
}

function rowsOf(value: AbiValue, path: string, meaning: string, reference: Reference): string[][] {
  const own = [`\`${path}\``, `\`${typeOf(value)}\``, meaning, unitOf(value)]
  const struct = typeOf(value).replace(/\[\d*\]$/, '')
  const fields = reference.structs[struct] ?? {}
  const inner = `${path}${/\[\d*\]$/.test(value.type) ? '[]' : ''}`
  return [
    own,
    ...(value.components ?? []).flatMap((field) =>
      rowsOf(field, `${inner}.${field.name}`, fields[field.name] ?? '', reference),
    ),
  ]
}

function eventsPart(contract: Contract, { events = [] }: CallText): string {
  if (events.length === 0) return ''
  return `## Events\n\n${table(
    ['event', 'what it tells'],
    events.map((event) => [`\`${headOf(contract.item('event', event))}\``, contract.eventNotice(event)]),
  )}`
}

function errorsPart(name: string, contract: Contract, { errors = [], skips = [] }: CallText, isRead: boolean): string {
  const rows = (names: readonly string[]) =>
    names.map((error) => [`\`${error}\``, contract.errorNotice(error), remedyOf(name, error)])
  const head = ['error', 'what it means', 'what to do']
  return [
    errors.length === 0 ? '' : `## Errors\n\n${table(head, rows(errors))}`,
    skips.length === 0
      ? ''
      : `## Why an item is skipped\n\nThe other items go on; \`Skipped\` carries the selector.\n\n${table(head, rows(skips))}`,
    errors.length + skips.length === 0 && !isRead ? '## Errors\n\nNone of its own.' : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const firstSentence = (text: string): string => /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')
