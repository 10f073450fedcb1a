import { type ErrorArguments, SluiceError } from '@sluice/protocol'

/** Every error of the chain adapter. */
export const chainErrors = {
  CHAIN_UNREACHABLE: {
    message: 'the chain at {url} does not answer: {reason}',
    action: 'Check the RPC address and that the node runs.',
  },
  CHAIN_BUSY: {
    message: 'the chain at {url} asks for patience: {reason}',
    action: 'Ask it less often (--chain-poll), use an endpoint that takes more, or a node of your own.',
  },
  CHAIN_RPC_FAILED: {
    message: 'the chain at {url} refuses {method}: {reason}',
    action: 'Use an RPC node that supports it.',
  },
  CHAIN_WRONG: {
    message: 'the chain at {url} has the id {got}, not {expected}',
    action: 'Give the RPC address of the right chain, or the right chain id.',
  },
  CHAIN_CONTRACT_UNKNOWN: {
    message: 'no contract is known on chain {chainId}',
    action: "Give the contract's address, or deploy with `sluice deploy`.",
  },
  CHAIN_NO_CONTRACT: {
    message: 'there is no contract at {contract} on chain {chainId}',
    action: 'Check the address, or deploy with `sluice deploy`.',
  },
  CHAIN_FOREIGN_CONTRACT: {
    message: 'the contract at {contract} on chain {chainId} is not a Sluice of this version',
    action: 'Check the address, or deploy with `sluice deploy`.',
  },
  CHAIN_BEHIND: {
    message: 'the chain at {url} stands at block {head}, before block {final} that was final',
    action: 'Wait until the endpoint is in step, or name another one (--chain).',
  },
  CHAIN_RESTARTED: {
    message: 'the chain at {url} is not the one that is known here: {problem}',
    action:
      'If it was begun anew, as local chains are, nothing of the old channels is on it: begin anew too, with another data folder and the same key. Else name an endpoint of the right chain (--chain). Nothing was written.',
  },
  CHAIN_FINALITY_BROKEN: {
    message: 'the chain at {url} replaced block {final}, which was final',
    action: 'Compare with another node before going on, and use a deeper finality policy.',
  },
  CHAIN_ENDPOINTS_DISAGREE: {
    message: '{url} shows {what} from block {number} on than {leader}',
    action:
      'Find out which of them is right, by a node of your own or a block explorer, and start again without the other. Meanwhile nothing is forwarded or accepted, and no deposit counts.',
  },
  CHAIN_REVERTED: {
    message: 'the contract refuses {call}: {reason}',
    action: 'Look at the reason and its values.',
  },
  CHAIN_FUNDS_TOO_LOW: {
    message: '{sender} has {balance}, and {call} needs {needed} with its gas, in base units',
    action: 'Send it native currency.',
  },
  CHAIN_GAS_TOO_HIGH: {
    message: '{call} needs more than {limit} gas, the most that it can take with an honest token, resolver or account',
    action: 'Look at what these contracts do; leave a token or a resolver that burns gas alone.',
  },
  CHAIN_TOO_DEAR: {
    message: '{call} costs {cost} base units of gas, more than the {worth} that it is worth',
    action: 'Nothing: it is priced again at later blocks.',
  },
  CHAIN_ACCOUNT_MASKED: {
    message:
      'the account {account} is the masked id of {address}, which could neither start a close nor redirect a credit under it',
    action: 'Name the account by its address.',
  },
  CHAIN_FEE_TOO_HIGH: {
    message: 'gas costs {fee} at least, above the limit of {limit} base units',
    action: 'Wait for calmer times, or raise the limit: --gas-price-max of the command, maxFeePerGas in a program.',
  },
  CHAIN_NONCE_USED: {
    message: 'the nonce {nonce} of {sender} was taken by another transaction',
    action: 'Prepare the call again; give each running program a key of its own.',
  },
  CHAIN_QUEUE_FULL: {
    message: 'the chain at {url} takes no more transactions of {sender} for now: {reason}',
    action: 'Nothing: it is sent once others are in a block. More endpoints, or a node of your own, take more.',
  },
  CHAIN_CALL_TOO_LARGE: {
    message: '{call} takes {bytes} bytes, more than the {limit} of a transaction on this chain',
    action: 'Nothing: what it does is done by smaller ones.',
  },
  CHAIN_NOT_SENT: {
    message: 'the chain at {url} does not take the transaction: {reason}',
    action: 'Look at the reason, then send again.',
  },
  CHAIN_NO_FACTORY: {
    message: "Safe's singleton factory is not at {factory} on chain {chainId}",
    action:
      'Ask Safe to put it there (github.com/safe-global/safe-singleton-factory), or deploy with --plain and tell everybody the address.',
  },
  CHAIN_DEPLOY_FAILED: {
    message: 'deploying on chain {chainId} failed in transaction {hash}',
    action: 'Look at the transaction, then try again.',
  },
  CHAIN_STOPPED: {
    message: 'the chain adapter is stopped',
    action: 'Start the node again.',
  },
} as const

/** An endpoint's address as it may be shown: what is paid for has its key in the path, the query or the user's name. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const { protocol, host, pathname, search, hash, username, password } = new URL(url)
  const isPlain = pathname.length <= 1 && `${search}${hash}${username}${password}` === ''
  return isPlain ? url : `${protocol}//${host}/…`
}

/** A text in which no more of any endpoint's address stands than may be shown. */
export function shownText(text: string): string {
  return text.replace(/\b(?:https?|wss?):\/\/[^\s"'<>()]+/gi, shownUrl)
}

/** The details with no more of an endpoint's address than may be shown, whichever of them holds it. */
function shownDetails<D extends object | undefined>(details: D): D {
  if (details === undefined) return details
  const entries = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' ? shownText(value) : value,
  ])
  return Object.fromEntries(entries)
}

/** What the chain, or the way to it, does not give. The codes are in {@link chainErrors}. Of an endpoint it names the host alone. */
export class ChainError<Code extends keyof typeof chainErrors = keyof typeof chainErrors> extends SluiceError<Code> {
  override readonly name = 'ChainError'

  constructor(code: Code, ...[details, cause]: ErrorArguments<(typeof chainErrors)[Code]['message']>) {
    super(code, chainErrors[code], shownDetails(details), cause)
  }
}
