import { ChainError } from '../errors.ts'
import { kindOf, reasonOf, rpcError } from '../rpc/failures.ts'

/** What an endpoint's refusal of a transaction says of it, in the words in use. */
export type SendRefusal = 'known' | 'nonce-used' | 'queue-full' | 'underpriced' | 'refused' | 'unclear'

const WORDS: readonly (readonly [SendRefusal, RegExp])[] = [
  ['known', /already (known|imported|exists|in mpool)|known transaction/i],
  [
    'nonce-used',
    /nonce (is )?too low|replacement transaction underpriced|too low GasPremium|nonce has already|existing nonce|same nonce/i,
  ],
  ['queue-full', /too many pending|(tx|mem)pool (is )?(full|overflow)|account (queue|slot)|nonce gap/i],
  ['underpriced', /underpriced|fee ?cap|gas ?price too low|tip (too|below)|fee too low|less than (block )?base ?fee/i],
  [
    'refused',
    /insufficient|not enough funds|too (big|large)|oversized|gas limit|intrinsic gas|out of gas|exceeds|invalid|verify msg/i,
  ],
]

/** What it says. Of an error in no known words the transaction may have been taken all the same. */
export function refusalOf(cause: unknown): SendRefusal {
  if (kindOf(cause) !== 'refused') return 'unclear'
  const reason = reasonOf(cause)
  return WORDS.find(([, words]) => words.test(reason))?.[0] ?? 'unclear'
}

/** The typed error of a transaction that was not taken, as far as one knows. */
export function sendError(url: string, sender: string, nonce: number, cause: unknown): ChainError {
  switch (refusalOf(cause)) {
    case 'nonce-used':
      return new ChainError('CHAIN_NONCE_USED', { nonce, sender }, cause)
    case 'queue-full':
      return new ChainError('CHAIN_QUEUE_FULL', { url, sender, reason: reasonOf(cause) }, cause)
    default: {
      const error = rpcError(url, 'eth_sendRawTransaction', cause)
      return error.code === 'CHAIN_RPC_FAILED'
        ? new ChainError('CHAIN_NOT_SENT', { url, reason: reasonOf(cause) }, cause)
        : error
    }
  }
}
