import type { DefenceView } from '@sluice/engine'
import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

const idle: DefenceView = { waiting: [], pending: 0, lost: { count: 0, value: 0n } }
const none = {
  channels: () => [],
  virtuals: () => [],
  defence: () => idle,
  endpoints: () => [],
  balance: () => undefined,
  turnedAway: () => 0,
  now: () => 0,
}

test('shows what waits for the chain, and what was lost', () => {
  const id = `0x${'ab'.repeat(32)}` as const
  const waiting = [{ id, call: 'redeem', cost: 5n, value: 9n }]
  const text = createMetrics({
    ...none,
    defence: () => ({ waiting, pending: 2, lost: { count: 3, value: 70n } }),
  }).render()
  expect(text).toContain('sluice_calls_waiting{call="redeem"} 1\n')
  expect(text).toContain('sluice_calls_pending 2\n')
  expect(text).toContain('sluice_losses_total 3\n')
  expect(text).toContain('sluice_losses_value 70\n')
})

test('shows a chain whose endpoints disagree, by their hosts alone, and what is left for gas', () => {
  const url = 'https://rpc.example/v3/a-key-of-the-operator'
  const endpoint = { url, newest: 12n, final: 3n, problem: undefined }
  const silent = { url: 'http://127.0.0.1:8545', newest: 4n, final: 3n, problem: new Error('silent') }
  const metrics = createMetrics({ ...none, endpoints: () => [endpoint, silent], balance: () => 90n })
  expect(metrics.render()).toContain('sluice_chain_problem{problem="doubted"} 0\n')
  metrics.note({ type: 'chain', status: 'doubted', reason: 'other events' })
  const text = metrics.render()
  expect(text).toContain('sluice_chain_problem{problem="doubted"} 1\n')
  expect(text).toContain('sluice_chain_problem{problem="unreachable"} 0\n')
  expect(text).toContain('sluice_chain_block{number="1",endpoint="rpc.example"} 12\n')
  expect(text).toContain('sluice_chain_endpoint_up{number="2",endpoint="127.0.0.1:8545"} 0\n')
  expect(text).toContain('sluice_gas_balance 90\n')
  expect(text).not.toContain('a-key-of-the-operator')
})

test('shows how old the newest backup is, and for how long something is not in it', () => {
  const standing = { madeAt: 4_000, staleSince: 7_000, problem: 'no room' }
  const text = createMetrics({ ...none, now: () => 9_000, backup: () => standing }).render()
  expect(text).toContain('sluice_backup_age_seconds 5\n')
  expect(text).toContain('sluice_backup_stale_seconds 2\n')
  expect(text).toContain('sluice_backup_problem 1\n')
  const fresh = createMetrics({ ...none, now: () => 9_000, backup: () => ({ madeAt: 8_000 }) }).render()
  expect(fresh).toContain('sluice_backup_stale_seconds 0\n')
  expect(createMetrics(none).render()).not.toContain('backup')
})

test('counts what is told, in the text format', () => {
  const metrics = createMetrics({ ...none, now: () => 5000 })
  metrics.note({ type: 'payment', virtualId: '0x', role: 'payee', amount: 5n })
  metrics.note({ type: 'payment', virtualId: '0x', role: 'payee', amount: 6n })
  metrics.note({ type: 'transaction', call: 'deposit', hash: '0x', status: 'sent' })
  metrics.note({ type: 'peer', peer: '0x1', connected: true })
  metrics.note({ type: 'peer', peer: '0x2', connected: true })
  metrics.note({ type: 'peer', peer: '0x1', connected: false })
  const text = metrics.render()
  expect(text).toContain('sluice_payments_total{role="payee"} 2\n')
  expect(text).toContain('sluice_transactions_total{call="deposit",status="sent"} 1\n')
  expect(text).toContain('sluice_peers_connected 1\n')
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+]+)$/)
})

test('shows channels with their amounts', () => {
  const id = `0x${'ab'.repeat(32)}` as const
  const address = `0x${'11'.repeat(20)}` as const
  const channel = {
    channelId: id,
    peer: { account: address, signer: address },
    self: 0,
    token: address,
    disputeWindow: 20,
    status: 'open',
    deposits: { own: 10n, peer: 0n },
    withdrawn: { own: 0n, peer: 0n },
    paid: { sent: 1n, received: 0n },
    locked: { sent: 0n, received: 0n },
    spendable: { own: 9n, peer: 1n },
    connected: true,
  } as const
  const text = createMetrics({ ...none, channels: () => [channel] }).render()
  expect(text).toContain('sluice_channels{status="open"} 1\n')
  expect(text).toContain(`sluice_channel_spendable{channel="${id}",side="own"} 9\n`)
})

test('counts what happened by event and code, and no endless codes', () => {
  const metrics = createMetrics({ ...none, turnedAway: () => 7 })
  for (let i = 0; i < 2; i++) metrics.noteEvent('declining', 'FORWARD_SHARE')
  for (let i = 0; i < 1_000; i++) metrics.noteEvent('update refused', `CODE_${i}`)
  metrics.noteEvent('store takes nothing', '')
  const text = metrics.render()
  expect(text).toContain('sluice_events_total{event="store takes nothing",code="other"} 1\n')
  expect(text).toContain('sluice_events_total{event="declining",code="FORWARD_SHARE"} 2\n')
  expect(text).toContain('sluice_connections_turned_away_total 7\n')
  expect(text.split('\n').filter((line) => line.startsWith('sluice_events_total{'))).toHaveLength(302)
})
