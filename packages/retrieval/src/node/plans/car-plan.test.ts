import { expect, it } from 'vitest'
import { rawBlock } from '../../testing/random-dag.ts'
import { CarPlanner, segmentAt } from './car-plan.ts'

const { cid } = rawBlock(Uint8Array.of(1))

it('joins sections that follow each other in one file, and no others', () => {
  const planner = new CarPlanner(cid)
  planner.add('a', 10, 5)
  planner.add('a', 15, 7)
  planner.add('b', 22, 3)
  planner.add('b', 30, 4)
  planner.add('b', 26, 4)
  const { segments, header, length, blocks, step } = planner.finish()
  const at = header.length
  expect(segments).toEqual([
    { path: 'a', offset: 10, length: 12, start: at },
    { path: 'b', offset: 22, length: 3, start: at + 12 },
    { path: 'b', offset: 30, length: 4, start: at + 15 },
    { path: 'b', offset: 26, length: 4, start: at + 19 },
  ])
  expect([length, blocks, step]).toEqual([at + 23, 5, at])
})

it('finds the run of every byte', () => {
  const planner = new CarPlanner(cid)
  for (let i = 0; i < 20; i++) planner.add('a', 1000 * i, 1 + (i % 3))
  const plan = planner.finish()
  for (let at = plan.header.length; at < plan.length; at++) {
    const segment = plan.segments[segmentAt(plan, at)]
    if (segment === undefined) throw new Error(`no run at ${at}`)
    expect(at >= segment.start && at < segment.start + segment.length).toBe(true)
  }
})
