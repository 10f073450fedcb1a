import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../harness.ts'

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const guide = readFileSync(new URL('../../../../docs/users.md', import.meta.url), 'utf8')

let world: World
const daemons: (() => Promise<void>)[] = []

beforeAll(async () => {
  world = await createWorld()
})
afterAll(async () => {
  await Promise.all(daemons.map((stop) => stop()))
  await world?.end()
})

/** The lines that the guide's ten minutes tell to type, but for the one that starts a chain: the test has one. */
function linesOfGuide(): readonly string[] {
  const section = /^## Ten minutes[^\n]*\n([\s\S]*?)^## /m.exec(guide)?.[1] ?? ''
  const blocks = Array.from(section.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, code = '']) => code.trim())
  return blocks.flatMap((block) => block.split('\n')).filter((line) => !line.startsWith('npx anvil'))
}

/** What the guide leaves to the reader, and its fixed ports: filled in as they become known. */
type Filled = Map<string, string>

const fill = (line: string, filled: Filled): string =>
  Array.from(filled).reduce((text, [from, to]) => text.replaceAll(from, to), line)

/** A line of `sluice` without the word itself, in the world's folder. */
function start(line: string, environment: Readonly<Record<string, string>>) {
  const { PATH = '' } = process.env
  const args = line.split(' ').slice(1)
  const child = spawn(process.execPath, [entry, ...args], { cwd: world.folder, env: { PATH, ...environment } })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return { child, ended: once(child, 'close').then(([code]) => code as number), said: () => said }
}

async function runLine(line: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const { child, ended, said } = start(line, environment)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  expect(await ended, `${line}: ${said()}`).toBe(0)
  return output
}

/** Starts a daemon. Resolves with what its line `ready` says. */
async function startDaemon(line: string, environment: Readonly<Record<string, string>>) {
  const { child, ended, said } = start(line, environment)
  daemons.push(async () => {
    child.kill('SIGTERM')
    await ended
  })
  for await (const text of createInterface({ input: child.stdout })) {
    const [, ready] = /^ready (\{.*\})$/.exec(text) ?? []
    if (ready !== undefined) return JSON.parse(ready) as { signer: string; peerUrl: string; httpUrl?: string }
  }
  throw new Error(`${line} ended: ${said()}`)
}

const portOf = (url: string): string => new URL(url).port

// Eleven processes one after the other: on a busy machine that takes minutes.
test('the ten minutes of the guide for users go as they are written', async () => {
  const environment: Record<string, string> = {}
  const filled: Filled = new Map([[':8545', `:${portOf(world.chainUrl)}`]])
  for (const i of [0, 1, 2]) writeFileSync(join(world.folder, `key${i}.hex`), (await world.party(`key ${i}`)).key)
  const film = randomBytes(3_000_000)
  writeFileSync(join(world.folder, 'film.mp4'), film)

  for (const written of linesOfGuide()) {
    const line = fill(written, filled)
    if (line.startsWith('export ')) {
      for (const setting of line.split(' ').slice(1))
        environment[setting.split('=')[0] ?? ''] = setting.split('=')[1] ?? ''
    } else if (/^sluice (?:hub|provide) /.test(line)) {
      const ready = await startDaemon(line.replace(/:(?:7000|7001|8080)\b/g, ':0'), environment)
      const isHub = line.startsWith('sluice hub')
      filled.set(`<signer of the ${isHub ? 'hub' : 'provider'}>`, ready.signer)
      filled.set(isHub ? ':7000' : ':7001', `:${portOf(ready.peerUrl)}`)
      if (ready.httpUrl !== undefined) filled.set(':8080', `:${portOf(ready.httpUrl)}`)
    } else {
      const output = await runLine(line, environment)
      if (line.startsWith('sluice pack')) filled.set('<cid>', output.split('\n')[0] ?? '')
      if (line.startsWith('sluice channel list')) filled.set('<channel>', /0x[0-9a-f]+/.exec(output)?.[0] ?? '')
      if (line.startsWith('sluice channel close')) expect(output).toContain('closed')
    }
  }

  expect(Array.from(filled.keys()).toSorted()).toEqual(
    [
      ':7000',
      ':7001',
      ':8080',
      ':8545',
      '<channel>',
      '<cid>',
      '<signer of the hub>',
      '<signer of the provider>',
    ].toSorted(),
  )
  expect(readFileSync(join(world.folder, 'received.mp4')).equals(film)).toBe(true)
}, 600_000)
