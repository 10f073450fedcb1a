import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sameEffect } from '../../rules/close.ts'
import { baseContext, channelExamples, openChannel } from '../../testing/machines/channel-examples.ts'
import { channelMachine } from '../../testing/machines/channel-machine.ts'
import { withoutExample } from '../../testing/machines/examples.ts'
import { transitionLines } from '../../testing/machines/golden.ts'
import { unnoticedChanges } from '../../testing/machines/mutate.ts'
import { walk } from '../../testing/machines/walk.ts'
import { channelTable, stepChannel } from './channel.ts'
import { bindingClose, isStanding } from './channel-phase.ts'

test.each(channelExamples)('$from.type, on $event.type, $name', ({ name, from, event, context, to, effects }) => {
  const step = stepChannel(from, event, { ...baseContext, ...context })
  expect(step).toMatchObject({ name, effects: effects ?? [] })
  expect(step.effects).toHaveLength(effects?.length ?? 0)
  expect(step.phase).toEqual(to ?? from)
})

test('every transition of the table has an example', () => {
  expect(withoutExample(channelTable, channelExamples)).toEqual([])
})

test('every phase takes every event in every state of the chain as the golden file says', () => {
  const golden = readFileSync(new URL('../golden/channel.txt', import.meta.url), 'utf8')
  expect(`${transitionLines(channelMachine).join('\n')}\n`).toBe(golden)
})

test('the walk notices when any entry of the table is taken out or does something else', () => {
  expect(unnoticedChanges(channelMachine)).toEqual([])
})

test('an impossible pair is a fault of the caller', () => {
  expect(() => stepChannel(openChannel(), { type: 'openCall' }, baseContext)).toThrow(RangeError)
})

test('what is signed is what the lanes come to, without a lock, and never differs from what binds', () => {
  const wrong: string[] = []
  for (const { from, event, context, decision } of walk(channelMachine)) {
    for (const effect of decision.effects) {
      if (effect.type !== 'signClose' && effect.type !== 'signCloseAnswer') continue
      const bound = bindingClose(from.value, context.finalTime)
      const [byA, byB] = context.lanes.states
      const isCalm = context.lanes.isQuiet && context.chain.state === 'live' && byA.locks.size + byB.locks.size === 0
      const isRight =
        isCalm && (effect.close.from === 0 ? effect.close.amount : -effect.close.amount) === byA.paid - byB.paid
      const isFine = bound === undefined ? isRight : sameEffect(bound.close, effect.close)
      if (!isFine || !isStanding(from.value)) wrong.push(`${from.label} + ${event.label}`)
    }
  }
  expect(wrong).toEqual([])
})

test('what was signed binds until a final block is past its deadline, whatever happens', () => {
  const wrong: string[] = []
  for (const { from, event, context, decision } of walk(channelMachine)) {
    const bound = bindingClose(from.value, context.finalTime)
    if (bound === undefined || !isStanding(decision.phase)) continue
    const after = bindingClose(decision.phase, context.finalTime)
    if (after === undefined || after.close.deadline < bound.close.deadline) wrong.push(`${from.label} + ${event.label}`)
  }
  expect(wrong).toEqual([])
})
