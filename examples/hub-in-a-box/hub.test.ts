import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startLocalChain } from '@sluice/adapters/local-chain'
import { daemon, stopAll } from './sluice.ts'

const folder = mkdtempSync(join(tmpdir(), 'hub-test-'))
const chain = await startLocalChain()
after(async () => {
  await stopAll()
  await chain.stop()
  rmSync(folder, { recursive: true })
})

test('the hub tells whoever asks what it takes, as hub.json says', async () => {
  const environment = { SLUICE_DATA: folder, SLUICE_CHAIN: chain.url, SLUICE_KEY: `0x${'11'.repeat(32)}` }
  const { peerUrl, signer } = await daemon(environment, ['hub', '--config', join(import.meta.dirname, 'hub.json')])
  const greeting = await (await fetch(String(peerUrl).replace('ws:', 'http:'))).json()
  equal(greeting.signer, signer)
  const { base, partsPerMillion, partsPerMillionHour } = greeting.fees
  deepEqual(
    { base, partsPerMillion, partsPerMillionHour },
    { base: '1000000000', partsPerMillion: 1000, partsPerMillionHour: 0 },
  )
})
