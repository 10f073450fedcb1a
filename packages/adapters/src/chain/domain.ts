import { addresses, sluiceAddress } from '@sluice/contracts'
import type { Clock, Log } from '@sluice/engine'
import { type Address, bytesToHex, type Domain, hashDomain } from '@sluice/protocol'
import { keccak256 } from 'viem'
import { getChainId, getCode } from 'viem/actions'
import { SEPARATOR_CALL } from './calls.ts'
import { ChainError } from './errors.ts'
import { codeOf, kindOf, rpcError } from './rpc/failures.ts'
import { readCall } from './rpc/reads.ts'
import type { Rpc } from './rpc/rpc.ts'

/** How long the others are waited for once one endpoint has shown the contract, milliseconds. */
const OPEN_GRACE_MS = 5_000

/** JSON-RPC's code of a question that an endpoint does not take at all. */
const NO_SUCH_METHOD = -32601

/** Which chain and which contract are wanted, as far as that was said. */
export interface WantedDomain {
  readonly chainId?: bigint
  readonly contract?: Address
}

/** The contract where this version of it stands on every chain, if it does on this one. */
async function findPlanned(rpc: Rpc): Promise<Address | undefined> {
  return (await getCode(rpc.client, { address: sluiceAddress })) === undefined ? undefined : sluiceAddress
}

async function readDomain(rpc: Rpc, { chainId: expected, contract }: WantedDomain): Promise<Domain> {
  // What may not be needed is asked for along with the rest: it costs no time of its own.
  const planned = contract === undefined ? findPlanned(rpc) : undefined
  planned?.catch(() => {})
  const chainId = BigInt(await getChainId(rpc.client))
  if (expected !== undefined && chainId !== expected) {
    throw new ChainError('CHAIN_WRONG', { url: rpc.url, got: chainId, expected })
  }
  const known = contract ?? addresses[Number(chainId)]?.sluice ?? (await planned)
  if (known === undefined) throw new ChainError('CHAIN_CONTRACT_UNKNOWN', { chainId })
  return { chainId, contract: known.toLowerCase() as Address }
}

/** What stands at an address: asked for together, judged one after the other. */
interface Shown {
  readonly code: ReturnType<typeof getCode>
  readonly separator: Promise<unknown>
}

function askContract(rpc: Rpc, contract: Address): Shown {
  const shown = { code: getCode(rpc.client, { address: contract }), separator: readSeparator(rpc, contract) }
  for (const asked of [shown.code, shown.separator]) asked.catch(() => {})
  return shown
}

/** The domain separator stands for name, version, chain and address alike. */
async function checkContract({ chainId, contract }: Domain, shown: Shown): Promise<void> {
  const code = await shown.code
  if (code === undefined || code === '0x') throw new ChainError('CHAIN_NO_CONTRACT', { contract, chainId })
  const expected = bytesToHex(hashDomain((bytes) => keccak256(bytes, 'bytes'), { chainId, contract }))
  if ((await shown.separator) !== expected) throw new ChainError('CHAIN_FOREIGN_CONTRACT', { contract, chainId })
}

/** What the contract says; undefined where it refuses. Rejects where it was not the contract that did. */
async function readSeparator(rpc: Rpc, contract: Address): Promise<unknown> {
  try {
    return await readCall(rpc, contract, SEPARATOR_CALL)
  } catch (cause) {
    const code = codeOf(cause)
    if (kindOf(cause) === 'refused' && code !== undefined && code !== NO_SUCH_METHOD) return undefined
    throw cause
  }
}

/**
 * The chain and the contract that an endpoint shows.
 *
 * @throws ChainError `CHAIN_UNREACHABLE`, `CHAIN_BUSY`, `CHAIN_RPC_FAILED`, `CHAIN_WRONG`, `CHAIN_CONTRACT_UNKNOWN`, `CHAIN_NO_CONTRACT`, `CHAIN_FOREIGN_CONTRACT`.
 */
export async function openDomain(rpc: Rpc, wanted: WantedDomain): Promise<Domain> {
  const { contract } = wanted
  const shown = contract === undefined ? undefined : askContract(rpc, contract)
  try {
    const domain = await readDomain(rpc, wanted)
    await checkContract(domain, shown ?? askContract(rpc, domain.contract))
    return domain
  } catch (cause) {
    throw rpcError(rpc.url, 'eth_chainId', cause)
  }
}

interface Opened {
  readonly rpc: Rpc
  readonly domain: Domain
}

interface Failed {
  readonly rpc: Rpc
  readonly problem: ChainError
}

/**
 * The chain and the contract that several endpoints show. One that can not be asked, or does not show the contract, is done without where another
 * shows it; one that is of another chain was named by mistake.
 *
 * @throws ChainError that of {@link openDomain} where none shows it; `CHAIN_WRONG` where two are of different chains.
 */
export async function openDomains(
  rpcs: readonly Rpc[],
  wanted: WantedDomain,
  clock: Clock,
  log: Log | undefined,
): Promise<Domain> {
  const opened: Opened[] = []
  const problems: Failed[] = []
  const attempts = rpcs.map(async (rpc) => {
    try {
      opened.push({ rpc, domain: await openDomain(rpc, wanted) })
    } catch (cause) {
      const problem = rpcError(rpc.url, 'eth_chainId', cause)
      problems.push({ rpc, problem })
      throw problem
    }
  })
  await settled(attempts, clock)
  const [first, ...others] = opened
  const problem = first === undefined ? worstOf(problems) : wrongOf(first, others, problems)
  if (first !== undefined && problem === undefined) {
    for (const { problem } of problems) log?.warn('chain.unread', { code: problem.code, reason: problem.message })
    return first.domain
  }
  await Promise.all(rpcs.map((rpc) => rpc.close()))
  throw problem
}

/** Waits for all, but not for long once one has succeeded. */
async function settled(attempts: readonly Promise<void>[], clock: Clock): Promise<void> {
  const all = Promise.allSettled(attempts)
  let cancel = (): void => {}
  const enough = Promise.any(attempts).then(
    () =>
      new Promise<void>((resolve) => {
        cancel = clock.after(OPEN_GRACE_MS, resolve)
      }),
    () => {},
  )
  await Promise.race([all, enough])
  cancel()
}

/** What endpoints say comes before that they do not answer. */
const worstOf = (problems: readonly Failed[]): ChainError | undefined =>
  (problems.find(({ problem }) => kindOf(problem) === 'refused') ?? problems[0])?.problem

/** That one is of another chain, whether or not such a contract is there. */
function wrongOf(
  { domain: { chainId: expected } }: Opened,
  opened: readonly Opened[],
  failed: readonly Failed[],
): ChainError | undefined {
  const others = opened.map(({ rpc, domain }) => ({ url: rpc.url, got: domain.chainId }))
  const failures = failed.flatMap(({ rpc, problem: { details } }) =>
    'chainId' in details ? [{ url: rpc.url, got: details.chainId }] : [],
  )
  const other = [...others, ...failures].find(({ got }) => got !== expected)
  if (other !== undefined) return new ChainError('CHAIN_WRONG', { ...other, expected })
  return failed.find(({ problem }) => problem.code === 'CHAIN_WRONG')?.problem
}
