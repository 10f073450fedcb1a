import type { Clock } from '@sluice/engine'
import { type Address, type FeeSchedule, hubFee } from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'
import { askGreeting } from './ask-greeting.ts'
import { scheduleOf } from './greeting.ts'
import type { PeerUrls } from './peer-urls.ts'

/** What hubs ask for forwarding. */
export interface HubFees {
  /**
   * The fee of each hub for a virtual channel, base units, by what the hub publishes at its address; 0 where that is not known.
   *
   * @throws NodeError HUB_FEES_UNKNOWN when a hub whose address is known does not tell
   */
  readonly of: (
    hubs: readonly Address[],
    capacity: bigint,
    lifetimeSeconds: number,
    windowSeconds?: number,
  ) => Promise<readonly bigint[]>
  /** They are other ones by now: asked for anew when they are needed next. */
  readonly forget: (hubs: readonly Address[]) => void
}

/** A schedule is asked for again after this many milliseconds. */
const KEPT = 60_000
/** The hub's clock may be behind: its lifetime is then longer by as much. */
const CLOCK_MARGIN = 60

/** Asks hubs for their fees and remembers them for a while. */
export function createHubFees(urls: PeerUrls, clock: Clock): HubFees {
  const known = new Map<Address, { readonly schedule: FeeSchedule; readonly at: number }>()
  const scheduleFor = async (hub: Address): Promise<FeeSchedule | undefined> => {
    const kept = known.get(hub)
    if (kept !== undefined && clock.now() - kept.at < KEPT) return kept.schedule
    const url = urls.get(hub)
    if (url === undefined) return undefined
    const schedule = await askFees(hub, url)
    known.set(hub, { schedule, at: clock.now() })
    return schedule
  }
  return {
    forget: (hubs) => {
      for (const hub of hubs) known.delete(hub)
    },
    of: (hubs, capacity, lifetimeSeconds, windowSeconds = 0) =>
      Promise.all(
        hubs.map(async (hub) => {
          const schedule = await scheduleFor(hub)
          return schedule === undefined
            ? 0n
            : hubFee(schedule, capacity, BigInt(lifetimeSeconds + CLOCK_MARGIN), windowSeconds)
        }),
      ),
  }
}

async function askFees(hub: Address, url: string): Promise<FeeSchedule> {
  try {
    const greeting = await askGreeting(url)
    if (greeting.signer !== hub) throw new Error(`${greeting.signer} answers there`)
    return scheduleOf(greeting)
  } catch (thrown) {
    throw new NodeError('HUB_FEES_UNKNOWN', { hub, url, problem: problemOf(thrown) }, thrown)
  }
}
