import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listExamples } from './examples.ts'
import { run } from './run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-sluice-app-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function runHere(args: readonly string[], answers?: readonly string[]) {
  const said: string[] = []
  const complaints: string[] = []
  const left = [...(answers ?? [])]
  const code = await run(args, {
    ask: answers && (async () => left.shift() ?? ''),
    say: (text) => said.push(text),
    complain: (text) => complaints.push(text),
  })
  return { code, said, complaints, json: () => JSON.parse(said.at(-1) ?? '') }
}

const manifestIn = (path: string) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))

describe('an app', () => {
  it.each(listExamples().map(({ name }) => name))('starts from %s, in its own name', async (example) => {
    const path = join(folder, 'My Shop')
    const { code, json } = await runHere([path, '--example', example, '--json'])
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      example,
      folder: path,
      name: 'my-shop',
      next: [expect.stringMatching(/^cd '.*My Shop'$/), 'npm install', 'npm start'],
    })
    const manifest = manifestIn(path)
    expect(manifest).toMatchObject({ name: 'my-shop', version: '0.0.0', private: true })
    expect(manifest.scripts.start).toBe('node main.ts')
    for (const file of ['main.ts', 'README.md', 'tsconfig.json']) expect(existsSync(join(path, file)), file).toBe(true)
    expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('node_modules/\n')
    expect(existsSync(join(path, 'node_modules'))).toBe(false)
  })

  it('goes into an empty folder, and one that is a repository already', async () => {
    mkdirSync(join(folder, '.git'))
    expect((await runHere([folder, '--example', 'paid-api'])).code).toBe(0)
    expect(existsSync(join(folder, 'api.ts'))).toBe(true)
  })

  it('is asked about at a terminal, with the name of the example for the folder unless another is told', async () => {
    const path = join(folder, 'asked')
    const { code, said } = await runHere([], ['paid-api', path])
    expect(code).toBe(0)
    expect(said[0]).toContain('paid-video')
    expect(said.at(-1)).toContain('npm start')
    expect(manifestIn(path).name).toBe('asked')
  })
})

describe('what is refused', () => {
  it('a folder that holds something is left as it is', async () => {
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const { code, json } = await runHere([folder, '--example', 'paid-api', '--json'])
    expect(code).toBe(2)
    expect(json().error).toMatchObject({ code: 'FOLDER_NOT_EMPTY', details: { path: folder } })
    expect(readdirSync(folder)).toEqual(['mine.txt'])
  })

  it('a file in place of the folder, and one on the way to it', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect((await runHere([file, '--example', 'paid-api', '--json'])).json().error.code).toBe('FOLDER_NOT_EMPTY')
    const below = await runHere([join(file, 'app'), '--example', 'paid-api', '--json'])
    expect(below.json().error.code).toBe('FOLDER_UNWRITABLE')
    expect(below.code).toBe(1)
  })

  it.each([
    [['--example', 'nothing', '--json'], 'EXAMPLE_UNKNOWN'],
    [['--json'], 'EXAMPLE_MISSING'],
    [['--examples', '--json'], 'USAGE'],
    [['a', 'b', '--json'], 'USAGE'],
    [['--example', '--json'], 'USAGE'],
  ])('%j', async (args, code) => {
    const ended = await runHere(args)
    expect(ended.code).toBe(2)
    expect(ended.json().error).toMatchObject({ code, action: expect.stringMatching(/paid-api|--help/) })
  })

  it('is told in a sentence where nobody reads JSON, and nothing is asked where nobody answers', async () => {
    const { code, complaints } = await runHere([folder])
    expect(code).toBe(2)
    expect(complaints).toEqual([
      expect.stringContaining('no example is named. Give --example, one of: agent, hub-in-a-box'),
    ])
  })
})

it('lists the examples, and helps', async () => {
  expect((await runHere(['--list', '--json'])).json().examples).toHaveLength(listExamples().length)
  expect((await runHere(['--list'])).said[0]).toContain('paid-page')
  expect((await runHere(['--help'])).said[0]).toContain('usage: npm create sluice-app')
})
