import { defineCommand } from '../../cli/command.ts'
import { defaulted, flagOnly, lettered } from '../../cli/options.ts'
import { duration, methodName, urlOf } from '../../cli/parse.ts'
import { commonOptions } from '../../config/options.ts'
import { NodeError } from '../../errors.ts'

const marks = { good: 'ok  ', poor: 'poor', bad: 'BAD ' } as const

/** Tells a seller what buyers would see. */
export const checkCommand = defineCommand({
  name: 'check',
  summary: 'see a paid address as its buyers do',
  description:
    'Asks a paid address as browsers, x402 clients and Sluice clients do, without paying, and says what each of them would find: preflight, answer 402, offers, headers, caches, the document of what is sold. Needs neither a node nor a chain. Ends by 4 where something keeps somebody from buying.',
  arguments: [{ name: 'url', description: 'what is sold: https://api.example/v1/chat' }],
  options: {
    ...commonOptions,
    request: flagOnly(lettered('X', defaulted('method', 'method that is sold', methodName, 'GET'))),
    timeout: defaulted('time', 'how long the server may say nothing', duration, '15s'),
  },
  examples: ['sluice check https://api.example/v1/quote', 'sluice check https://api.example/v1/chat -X POST --json'],
  run: async ({ output, signal }, { request, timeout }, [text = '']) => {
    const url = urlOf('http', 'https')(text, 'the url')
    const [{ probeSeller }, { judgeSeller }] = await Promise.all([
      import('../../check/probe.ts'),
      import('../../check/judge.ts'),
    ])
    const findings = judgeSeller(await probeSeller(url, request, timeout * 1_000, signal))
    const bad = findings.filter(({ verdict }) => verdict === 'bad').length
    const lines = findings.map((one) => `${marks[one.verdict]}  ${one.reader.padEnd(15)} ${one.text}`)
    output.result({ url, ok: bad === 0, findings }, lines.join('\n'))
    if (bad > 0) throw new NodeError('SELLER_UNSOUND', { url, count: bad })
  },
})
