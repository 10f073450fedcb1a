import { type Address, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import type { Admission, OpenedVirtual, OpenVirtualOptions } from '../api/engine.ts'
import { createWorld, type Party, type PartyOptions, type World, type WorldOptions } from './world.ts'

export interface LineOptions extends Omit<WorldOptions, 'parties'> {
  /** From payer to payee. */
  readonly parties: Readonly<Record<string, PartyOptions>>
  /** What each deposits into its channel with the next, base units. */
  readonly deposit?: bigint
}

/** Parties in a line, each with an open channel to the next that it alone funded. */
export interface Line {
  readonly world: World
  readonly parties: readonly Party[]
  /** The channel from each party to the next. */
  readonly channels: readonly Id[]
  /** Opens a virtual channel from the first to the last. */
  open(options?: Partial<OpenVirtualOptions>): Promise<OpenedVirtual>
  /** Lets the last admit it. */
  admit(opened: OpenedVirtual): Promise<Admission>
  /** What each has on chain. */
  money(): readonly bigint[]
}

async function fund(world: World, from: Party, to: Party, deposit: bigint): Promise<Id> {
  const options = { peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit }
  return (await world.finish(from.engine.openChannel(options))).channelId
}

const endsOf = (parties: readonly Party[]): { first: Party; last: Party; hubs: Address[] } => {
  const [first, last] = [parties[0], parties.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError('a line has two ends')
  return { first, last, hubs: parties.slice(1, -1).map(({ address }) => address) }
}

/** Makes a world with its parties in a line, and opens and funds the channels between them. */
export async function createLine(options: LineOptions): Promise<Line> {
  const world = createWorld(options)
  await world.start()
  const parties = [...world.parties.values()]
  const channels: Id[] = []
  for (const [i, from] of parties.slice(0, -1).entries()) {
    const to = parties[i + 1]
    if (to !== undefined) channels.push(await fund(world, from, to, options.deposit ?? 600n))
  }
  const { first, last, hubs } = endsOf(parties)
  return {
    world,
    parties,
    channels,
    open: (changes = {}) =>
      world.finish(
        first.engine.openVirtual({
          payee: last.address,
          payeeUrl: last.url,
          hubs,
          token: NATIVE_TOKEN,
          capacity: 300n,
          first: 10n,
          ...changes,
        }),
      ),
    admit: (opened) => {
      if (opened.first === undefined) throw new RangeError('a first voucher was not asked for')
      return world.finish(last.engine.admit(opened.terms, opened.first))
    },
    money: () => parties.map(({ money }) => money),
  }
}
