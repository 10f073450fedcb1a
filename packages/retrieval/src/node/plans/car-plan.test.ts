import { expect, it } from 'vitest'
import { sectionPrefix } from '../../car/car-format.ts'
import { rawBlock } from '../../testing/random-dag.ts'
import { CarPlanner, isRun, segmentAt } from './car-plan.ts'

const { cid } = rawBlock(Uint8Array.of(1))
const a = { path: 'a' }
const b = { path: 'b' }
const place = (file: { path: string }, offset: number, length: number, isSame = true) => ({
  file,
  offset,
  head: 1,
  size: length - 1,
  isSame,
})

it('joins sections that follow each other in one file, and no others', () => {
  const planner = new CarPlanner()
  planner.add(cid, place(a, 10, 5))
  planner.add(cid, place(a, 15, 7))
  planner.add(cid, place(b, 22, 3))
  planner.add(cid, place(b, 30, 4))
  planner.add(cid, place(b, 26, 4))
  const { segments, header, length, blocks, step } = planner.finish([cid])
  expect(segments).toEqual([
    { from: { file: a, offset: 10, length: 12 }, length: 12, start: 0 },
    { from: { file: b, offset: 22, length: 3 }, length: 3, start: 12 },
    { from: { file: b, offset: 30, length: 4 }, length: 4, start: 15 },
    { from: { file: b, offset: 26, length: 4 }, length: 4, start: 19 },
  ])
  expect([length, blocks, step]).toEqual([header.length + 23, 5, header.length])
})

it('writes the section anew where the file has the content under another CID', () => {
  const planner = new CarPlanner()
  planner.add(cid, place(a, 10, 500, false))
  const { segments, header, length, step } = planner.finish([cid])
  const prefix = sectionPrefix(cid, 499)
  expect(segments).toEqual([
    { from: prefix, length: prefix.length, start: 0 },
    { from: { file: a, offset: 11, length: 499 }, length: 499, start: prefix.length },
  ])
  expect([length, step]).toEqual([header.length + prefix.length + 499, prefix.length + 499])
})

it('finds the segment of every byte', () => {
  const planner = new CarPlanner()
  for (let i = 0; i < 20; i++) planner.add(cid, place(a, 1000 * i, 2 + (i % 3), i % 5 > 0))
  const plan = planner.finish([cid])
  for (let at = 0; at < plan.length - plan.header.length; at++) {
    const segment = plan.segments[segmentAt(plan, at)]
    if (segment === undefined) throw new Error(`no segment at ${at}`)
    expect(at >= segment.start && at < segment.start + segment.length).toBe(true)
  }
  expect(plan.segments.some(({ from }) => !isRun(from))).toBe(true)
})
