import { join } from 'node:path'
import type { Tower } from '@sluice/engine'
import { lookingOptions, readViews } from '../../access/node-views.ts'
import { withNode } from '../../access/with-node.ts'
import { defineCommand } from '../../cli/command.ts'
import { defaulted, optional, several } from '../../cli/options.ts'
import { address, amount, listenAddress, urlOf } from '../../cli/parse.ts'
import { daemonOptions, engineOptions } from '../../config/options.ts'
import { asOf } from '../../show/as-of.ts'
import { towerText } from '../../show/tower-text.ts'

const urlArgument = { name: 'url', description: 'where the watchtower is served' }

/** A daemon ends its sessions and requests in order, milliseconds. */
const ENDS_WITHIN = 20_000

const serve = defineCommand({
  name: 'watchtower',
  summary: 'run a watchtower: answer on chain for others who are away',
  description:
    'Runs a node that answers for its clients while they are away, without any key of theirs: it shows vouchers that both ends of a channel signed, and redeems vouchers of virtual channels, while windows run on chain. It spends for each client no more than that client paid to it beforehand, and can take nothing from anybody. See specs/watchtower.md.',
  arguments: [],
  options: {
    ...daemonOptions,
    towerListen: defaulted('address', 'where clients hand over; port 0 takes a free one', listenAddress, '127.0.0.1:0'),
    towerUrl: optional('url', 'how clients reach that address from outside', urlOf('http', 'https')),
  },
  examples: ['sluice watchtower --listen 0.0.0.0:7100 --tower-listen 0.0.0.0:8090 --chain https://rpc.example'],
  endsWithin: ENDS_WITHIN,
  run: async (context, values) => {
    const [{ runDaemon }, { serveTower }, engine, { openSqliteStore }, { systemClock }, { nodeCipher }] =
      await Promise.all([
        import('../../daemon/run-daemon.ts'),
        import('../../tower/serve.ts'),
        import('@sluice/engine'),
        import('@sluice/adapters/store-sqlite'),
        import('@sluice/adapters/system'),
        import('../../tower/cipher.ts'),
      ])
    let tower: Tower | undefined
    const guard: NonNullable<Parameters<typeof runDaemon>[2]['guard']> = async (parts) => {
      const store = openSqliteStore({ path: join(values.data, 'tower.db') })
      tower = await engine.Tower.open({ ...parts, store, cipher: nodeCipher, clock: systemClock })
      return tower
    }
    const role = { role: 'watchtower' as const, changes: { tokens: values.tokens }, guard }
    await runDaemon(context, values, role, async (node, stopper) => {
      if (tower === undefined) throw new Error('a node asks for its guard')
      const { towerListen: listen, towerUrl: publicUrl, trustedProxy } = values
      return serveTower(node, stopper, tower, { listen, publicUrl, trustedProxy })
    })
  },
})

const add = defineCommand({
  name: 'watchtower add',
  summary: 'hire a watchtower, or pay one more',
  description:
    'Hands a watchtower what it needs to answer for this node while it is away, and keeps that up to date while a node runs. It reads totals of lanes, and of virtual channels nothing until they are named on chain. What it may spend on gas is paid beforehand, over a virtual channel. Hire several, with endpoints of the chain apart.',
  arguments: [urlArgument],
  options: {
    ...engineOptions,
    prepay: optional('amount', 'what is paid for gas now', amount),
    hub: several('address', 'hub by which it is paid (default: the one with most to spend)', address),
  },
  examples: ['sluice watchtower add https://tower.example --prepay 0.01FIL'],
  run: (context, values, [given = '']) =>
    withNode(context, values, async (node) => {
      const url = urlOf('http', 'https')(given, 'the url')
      const { prepay, hub } = values
      const tower = await node.call('tower.add', {
        url,
        ...(prepay === undefined ? {} : { prepay }),
        ...(hub.length === 0 ? {} : { hubs: hub }),
      })
      context.output.result(tower, towerText(tower, Date.now()))
    }),
})

const remove = defineCommand({
  name: 'watchtower remove',
  summary: 'hire a watchtower no more',
  description: 'Hands nothing more to a watchtower. What it was paid and did not spend stays with it.',
  arguments: [urlArgument],
  options: engineOptions,
  examples: ['sluice watchtower remove https://tower.example'],
  run: (context, values, [given = '']) =>
    withNode(context, values, async (node) => {
      const url = urlOf('http', 'https')(given, 'the url')
      await node.call('tower.remove', { url })
      context.output.result({ url }, `${url} is not hired any more`)
    }),
})

const list = defineCommand({
  name: 'watchtower list',
  summary: 'list the watchtowers that a node hired',
  description:
    'Shows which channels each covers as of when, when it last showed that it holds what it was given, and what is left for gas. Where no node runs, the addresses alone.',
  arguments: [],
  options: lookingOptions,
  examples: ['sluice watchtower list'],
  run: async (context, values) => {
    const { source } = await readViews(context, values)
    const { readHired } = await import('../../tower/hired.ts')
    const towers =
      source.type === 'node' ? source.status.towers : readHired(values.data).map((one) => ({ ...one, channels: [] }))
    const text = towers.map((tower) => towerText(tower, Date.now())).join('\n')
    context.output.result({ towers, asOf: asOf(source) }, text === '' ? 'no watchtower is hired' : text)
  },
})

/** Running a watchtower, and hiring one. */
export const watchtowerCommands = [serve, add, list, remove]
