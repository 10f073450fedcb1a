// Writes docs/states.md and the golden files of the machines' transitions from the tables of the machines, by walking
// them. `--check` writes nothing and fails when one of the files is stale.
//
//   node packages/protocol/scripts/states.ts [--check]

import { channelMachine } from '../src/testing/machines/channel-machine.ts'
import { statesSection } from '../src/testing/machines/diagram.ts'
import { transitionLines } from '../src/testing/machines/golden.ts'
import { hubMachine } from '../src/testing/machines/hub-machine.ts'
import { payeeMachine } from '../src/testing/machines/payee-machine.ts'
import { payerMachine } from '../src/testing/machines/payer-machine.ts'
import { publish } from './generated.ts'

const HEAD = `# States

What each part of a node does, phase by phase: the machines of \`packages/protocol/src/machines\`, drawn from their own tables. Each
machine is a pure function from phase, event and context to the next phase and what is to be done. What the chain says is context: it
can say anything in any phase, and take it back.

In the tables, *ignored* means that the event changes nothing, and *impossible* that this node never gives it in that phase.

Written by \`node packages/protocol/scripts/states.ts\`.
`

const golden = 'packages/protocol/src/machines/golden'

const machines = [
  { file: 'channel', section: statesSection(channelMachine), lines: transitionLines(channelMachine) },
  { file: 'payer', section: statesSection(payerMachine), lines: transitionLines(payerMachine) },
  { file: 'hub', section: statesSection(hubMachine), lines: transitionLines(hubMachine) },
  { file: 'payee', section: statesSection(payeeMachine), lines: transitionLines(payeeMachine) },
]

publish(
  [
    { path: 'docs/states.md', text: `${[HEAD.trimEnd(), ...machines.map(({ section }) => section)].join('\n\n')}\n` },
    ...machines.map(({ file, lines }) => ({ path: `${golden}/${file}.txt`, text: `${lines.join('\n')}\n` })),
  ],
  'packages/protocol/scripts/states.ts',
)
