import type { VirtualView } from '@sluice/engine'
import { type Address, type Id, SluiceError } from '@sluice/protocol'
import { ageText } from '../age.ts'
import { NodeError } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'

/** What is known of a payment that failed. */
export interface FailedPayment {
  readonly virtualId: Id
  readonly payee: Address
  readonly hubs: readonly Address[]
  /** Where the provider says that payments reach it. */
  readonly payeeUrl: string | undefined
}

/** Why hubs decline, in words; the codes are the protocol's. */
const declines: Readonly<Record<string, string>> = {
  FORWARD_UNREACHABLE: 'the provider is not connected to it now',
  FORWARD_CHAIN_STALE: 'it has not seen a new block of the chain for a while',
  FORWARD_SHARE: 'what it lets this side hold of its channel with the provider is taken',
  FORWARD_DISABLED: 'it forwards nothing',
  LANE_OVERSPENT: 'its channel with the provider has too little money left',
  LANE_FULL: 'its channel with the provider is too busy',
  FEE_LOW: 'its fee has risen since it was asked for',
  ADD_PEER_OWES: 'an earlier payment is still owed to the hub',
  ADD_DUST: 'the payment is too small to be defended on chain',
}

/** Codes of refusals that speak of a clock. */
const CLOCK_CODES: ReadonlySet<string> = new Set([
  'ADD_NONCE_AGE',
  'ADD_NONCE_AHEAD',
  'ADD_LIFETIME',
  'VIRTUAL_EXPIRED',
])

/** Clocks of two machines that differ by less are right. Seconds. */
const CLOCK_NEAR = 300

/**
 * Why a payment came to nothing, where that can be found out: what its hub said of it, a hub that is not there, a clock that is wrong, a
 * provider that payments do not reach.
 */
export async function reasonOf(
  node: NodeApi,
  failed: FailedPayment,
  now: () => number,
): Promise<NodeError | undefined> {
  const virtual = (await node.call('virtual.list', {})).find(({ virtualId }) => virtualId === failed.virtualId)
  if (virtual === undefined) return undefined
  const code = virtual.declined
  if (code !== undefined) return declinedBecause(node, failed, code, now)
  return (await silentHub(node, virtual, failed)) ?? unreachedPayee(virtual, failed)
}

async function declinedBecause(
  node: NodeApi,
  { virtualId, hubs, payee }: FailedPayment,
  code: string,
  now: () => number,
): Promise<NodeError> {
  const hub = hubs.join(', ')
  if (CLOCK_CODES.has(code)) return (await clockProblem(node, now())) ?? declined(hub, virtualId, clockText(code))
  if (code === 'FORWARD_NO_CHANNEL') return new NodeError('HUB_KNOWS_NO_WAY', { hub, payee })
  return declined(hub, virtualId, declines[code] ?? code)
}

const declined = (hub: string, virtualId: Id, reason: string) =>
  new NodeError('HUB_DECLINED', { hub, virtualId, reason })

const clockText = (code: string) =>
  `the times in it are not what its clock takes (${code}): its clock or this one is wrong`

/** Whether this machine's clock is far from the chain's. `now`: Unix milliseconds. */
export async function clockProblem(node: NodeApi, now: number): Promise<NodeError | undefined> {
  const { head } = (await node.call('node.status', {})).chain
  if (head === undefined) return undefined
  const ahead = Math.round(now / 1_000) - Number(head.timestamp)
  if (Math.abs(ahead) <= CLOCK_NEAR) return undefined
  const by = `${ageText(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`
  return new NodeError('CLOCK_WRONG', { by, block: head.number })
}

async function silentHub(
  node: NodeApi,
  { countersigned }: VirtualView,
  { hubs, virtualId }: FailedPayment,
): Promise<NodeError | undefined> {
  const [hub] = hubs
  if (hub === undefined) return undefined
  const channels = await node.call('channel.list', {})
  const isThere = channels.some(({ peer, connected }) => peer.signer === hub && connected)
  return isThere && countersigned !== false
    ? undefined
    : new NodeError('HUB_SILENT', {
        hub,
        locked: `What was locked in ${virtualId} is free once that is closed, which the node goes on with.`,
      })
}

/** A payee acknowledges what it was paid; one that holds nothing of it was not reached. */
function unreachedPayee(
  { amount, acknowledged = 0n }: VirtualView,
  { payee, payeeUrl }: FailedPayment,
): NodeError | undefined {
  if (payeeUrl === undefined || acknowledged > 0n || amount <= 1n) return undefined
  return new NodeError('PROVIDER_UNPAYABLE', { payee, url: payeeUrl, amount })
}

/** Whether a failure may have a reason behind it that only the node knows. */
export function isOpaque(thrown: unknown): boolean {
  const telling = ['SPENDING_LIMIT', 'INTERRUPTED', 'FEES_TOO_HIGH', 'HUB_SILENT', 'OUTPUT_EXISTS', 'DISK_FULL']
  return !(thrown instanceof SluiceError && telling.includes(thrown.code))
}
