/** What a command's exit code says. Documented in docs/commands.md, which is written from this table. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'unexpected failure' },
  usage: { code: 2, meaning: 'wrong usage: an option, a value, a file or the configuration' },
  unreachable: { code: 3, meaning: 'somebody is not there: the chain, a peer, a hub, a provider or the node' },
  refused: { code: 4, meaning: 'refused: too little money, a limit, a price, or a rule of the protocol' },
  unverified: { code: 5, meaning: 'what arrived is not what was asked for; nothing was paid for it' },
  busy: { code: 6, meaning: 'a port or a data folder is in use' },
  interrupted: { code: 130, meaning: 'stopped by a signal' },
} as const

/** A kind of ending. */
export type Ending = keyof typeof exitCodes

/** Beginnings of error codes and how they end a command; the first that fits counts. */
const endings: readonly (readonly [start: RegExp, ending: Ending])[] = [
  [/^INTERRUPTED$/, 'interrupted'],
  [
    /^(INTERNAL$|OUTPUT_LOST$|DISK_FULL$|ENGINE_FAILED$|RPC_RESULT_INVALID$|RECORD_|STORE_(CORRUPT|FULL|WRITE|WAITS)|CRYPTO_)/,
    'failed',
  ],
  [
    /^(PORT_TAKEN|LISTEN_FAILED|TRANSPORT_(PORT_TAKEN|LISTEN_FAILED)|STORE_(IN_USE|BUSY)|(OUTPUT|WALLET)_IN_USE)$/,
    'busy',
  ],
  [
    /^(USAGE|PRICES_|TOKEN_|VALUE_|CONFIG_|FILE_|KEY_|KEYSTORE_|PASSWORD_|OUTPUT_|SPACE_|FOLDER_|LIMIT_|STORE_|RPC_|CID_)/,
    'usage',
  ],
  [
    /^(CONTENT_UNVERIFIABLE|PROVIDER_MISSING|CHAIN_CONTRACT_UNKNOWN|CHANNEL_UNKNOWN|VIRTUAL_CHANNEL_UNKNOWN|CHANNEL_AMBIGUOUS|TRANSPORT_URL_INVALID|PEER_UNKNOWN_URL|PEER_IS_SELF|AMOUNT_INVALID|POLICY_CONTRADICTORY|BACKUP_UNREADABLE|CHAIN_ACCOUNT_MASKED)$/,
    'usage',
  ],
  [
    /^(NODE_|NAME_UNRESOLVED$|TRANSPORT_|PEER_UNREACHABLE|HUB_(FEES_UNKNOWN|SILENT|UNREADABLE)|CONNECTION_LOST|PROVIDER_|SERVER_|CHANNEL_UNANSWERED|ENGINE_STOPPED)/,
    'unreachable',
  ],
  [
    /^CHAIN_(UNREACHABLE|BUSY|RPC_FAILED|WRONG|NO_CONTRACT|NO_FACTORY|FOREIGN_CONTRACT|BEHIND|RESTARTED|FINALITY_BROKEN|ENDPOINTS_DISAGREE|STOPPED)$/,
    'unreachable',
  ],
  [/^(CAR_|BLOCK_)/, 'unverified'],
  [/./, 'refused'],
]

/** The exit code that stands for an error code. */
export function exitCodeOf(errorCode: string): number {
  const found = endings.find(([start]) => start.test(errorCode))
  return exitCodes[found?.[1] ?? 'failed'].code
}
