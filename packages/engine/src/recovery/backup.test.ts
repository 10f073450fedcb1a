import { NATIVE_TOKEN, virtualKind } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../api/create-engine.ts'
import type { Engine } from '../api/engine.ts'
import type { ChainHandler } from '../ports/chain.ts'
import { createState } from '../records/state.ts'
import { Disk } from '../testing/disk.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'
import { ChainWatch } from '../watch/watch.ts'
import { type Backup, readBackup } from './backup.ts'
import { backupView } from './backup-view.ts'
import { ownerCalls } from './owner-calls.ts'
import { createOwnerGuard, type OwnerStanding } from './owner-guard.ts'

const parties = {
  alice: { money: 1000n, ownAccount: true },
  hub: { money: 1000n, policy: { forward: true } },
  bob: { money: 0n, ownAccount: true },
}

/** Calls what the backup says at each block, from its account alone, until nothing is left. */
async function recover(world: World, party: Party, backup: Backup): Promise<void> {
  const watch = new ChainWatch(
    createState({ crypto: world.crypto, digests: world.chain.digests }, virtualKind, () => {}),
  )
  const chain = world.chain.connect(party.account)
  const sent = new Set<string>()
  const submit = () => {
    for (const call of ownerCalls(backup, watch, world.crypto)) {
      const key = JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
      if (!sent.has(key)) world.chain.submit(party.account, call)
      sent.add(key)
    }
  }
  const handler: ChainHandler = {
    block(block) {
      watch.takeBlock(block)
      submit()
    },
    rolledBack: (to) => void watch.takeRollback(to),
    final: (number) => void watch.takeFinal(number),
    health() {},
  }
  await chain.start(undefined, handler)
}

/** As if the deadlines of all consent in it had passed. */
const withoutConsent = (backup: Backup): Backup => ({ ...backup, signatures: new Map() })

/** An engine of the account's own key leaves by the backup. */
async function leave(
  world: World,
  party: Party,
  backup: Backup,
): Promise<{ engine: Engine; standing(): OwnerStanding }> {
  let standing: OwnerStanding | undefined
  const owner = world.signerOf([...world.parties.values()].indexOf(party) + 1001)
  expect(owner.address).toBe(party.account)
  const engine = await world.finish(
    createEngine(
      {
        store: new Disk(world.scheduler).open(),
        transport: world.network.attach(owner.address, `sim:${party.name}/owner`),
        chain: world.chain.connect(party.account),
        clock: { now: () => world.scheduler.now(), after: (ms, run) => world.scheduler.after(ms, run) },
        random: world.random.fork('owner').bytes,
        crypto: world.crypto,
        signer: owner,
      },
      {
        policy: party.policy,
        guard: createOwnerGuard(backup, world.crypto, (now) => {
          standing = now
        }),
      },
    ),
  )
  return {
    engine,
    standing: () => {
      if (standing === undefined) throw new Error('a block was seen')
      return standing
    },
  }
}

describe('a backup', () => {
  it.each([
    ['without the signer', (backup: Backup) => backup],
    ['by the locks of settled channels alone, where the signer consents no more', withoutConsent],
  ])('gets the money back %s, of payer and payee alike', async (_, change) => {
    const world = createWorld({ seed: 5, parties })
    await world.start()
    const [alice, hub, bob] = [world.party('alice'), world.party('hub'), world.party('bob')]
    const open = (from: Party, to: Party) =>
      world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit: 600n }))
    await open(alice, hub)
    await open(hub, bob)
    const { terms, first, virtualId } = await world.finish(
      alice.engine.openVirtual({
        payee: bob.address,
        payeeUrl: bob.url,
        hubs: [hub.address],
        token: NATIVE_TOKEN,
        capacity: 300n,
        first: 10n,
      }),
    )
    if (first === undefined) throw new Error('a first voucher was asked for')
    const admission = await world.finish(bob.engine.admit(terms, first))
    await world.finish(alice.engine.pay(virtualId, 120n))
    await world.finish(admission.waitFor(120n, new AbortController().signal))
    await world.scheduler.runFor(2_000)
    const backups = new Map([alice, bob].map((party) => [party, party.engine.backup()]))
    alice.kill()
    bob.kill()
    if (change === withoutConsent) hub.kill()
    const called = new Set<string>()
    world.chain.onMined = (_sender, call) => called.add(call.type)
    for (const [party, bytes] of backups) await recover(world, party, change(readBackup(bytes, world.crypto)))
    await world.scheduler.runUntil(
      'both accounts to have their money',
      () => alice.money === 880n && bob.money === 120n,
      300_000,
    )
    if (!hub.isRunning) await world.finish(hub.start())
    await world.scheduler.runUntil('the hub to have its own', () => hub.money === 1000n, 300_000)
    if (change === withoutConsent) expect(called).toContain('closeVirtualsByLocks')
    await world.stop()
  })

  it('holds what executes a close that both signed', async () => {
    const world = createWorld({ seed: 6, parties: { alice: parties.alice, bob: parties.bob } })
    await world.start()
    const [alice, bob] = [world.party('alice'), world.party('bob')]
    const { channelId } = await world.finish(
      alice.engine.openChannel({ peer: bob.address, url: bob.url, token: NATIVE_TOKEN, deposit: 600n }),
    )
    world.chain.lossRate = 1
    void bob.engine.closeChannel(channelId).catch(() => {})
    await world.scheduler.runFor(500)
    const bytes = alice.engine.backup()
    alice.kill()
    bob.kill()
    world.chain.lossRate = 0
    const done: string[] = []
    world.chain.onMined = (_, call, success) => success && done.push(call.type)
    await recover(world, alice, readBackup(bytes, world.crypto))
    await world.scheduler.runUntil('the account to have its money', () => alice.money === 1000n, 5_000)
    expect(done).toContain('close')
    await world.stop()
  })

  it('is left by through an engine of the account, also over reorganisations, until final blocks leave nothing', async () => {
    const { bob } = parties
    const world = createWorld({ seed: 8, finality: 4, parties: { alice: { money: 1000n }, bob } })
    await world.start()
    const [alice, payee] = [world.party('alice'), world.party('bob')]
    const { channelId } = await world.finish(
      alice.engine.openChannel({ peer: payee.address, url: payee.url, token: NATIVE_TOKEN, deposit: 600n }),
    )
    const wanted = { payee: payee.address, hubs: [], token: NATIVE_TOKEN, capacity: 300n, first: 120n }
    const { virtualId } = await world.finish(alice.engine.openVirtual(wanted))
    await world.scheduler.runUntil('the payee to hold it', () => payee.engine.virtuals()[0]?.amount === 120n, 10_000)
    const bytes = payee.engine.backup()
    alice.kill()
    payee.kill()
    const backup = readBackup(bytes, world.crypto)
    expect(Number(backup.madeAt) * 1000).toBeLessThanOrEqual(world.scheduler.now())
    expect(backupView(backup, world.crypto)).toMatchObject({
      channels: [{ channelId, peer: alice.address, share: 0n, locked: 0n, incoming: 300n }],
      virtuals: [{ virtualId, role: 'payee', capacity: 300n, hasConsent: true }],
    })
    const { engine, standing } = await leave(world, payee, backup)
    expect(standing()).toMatchObject({ channels: [{ channelId, status: 'open' }], isOver: false })
    await world.scheduler.runFor(2_000)
    world.chain.reorg(2)
    await world.scheduler.runUntil('it to be over', () => standing().isOver, 300_000)
    expect(payee.money).toBe(120n)
    expect(standing()).toMatchObject({ channels: [{ status: 'over' }], waiting: [] })
    await world.finish(engine.stop())
    await world.stop()
  })

  it('is refused when it is not one', () => {
    const { crypto } = createWorld({ seed: 1, parties: {} })
    for (const bytes of [new Uint8Array(), Uint8Array.of(0x82, 1, 2), Uint8Array.of(0x82, 9, 0xa0)]) {
      expect(() => readBackup(bytes, crypto)).toThrow(expect.objectContaining({ code: 'BACKUP_UNREADABLE' }))
    }
  })
})
