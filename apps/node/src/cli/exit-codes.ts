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
  [/^INTERNAL$/, 'failed'],
  [/^(PORT_TAKEN|LISTEN_FAILED|STORE_(IN_USE|LOCKED|BUSY))/, 'busy'],
  [
    /^(USAGE|VALUE_|CONFIG_|FILE_|KEY_|KEYSTORE_|PASSWORD_|CONTENT_UNVERIFIABLE|UNWRITTEN_|FOLDER_|CONTRACT_UNKNOWN|CHANNEL_(UNKNOWN|AMBIGUOUS))/,
    'usage',
  ],
  [
    /(UNREACHABLE|NOT_THERE|NO_ANSWER|TIMEOUT|TIMED_OUT|OFFLINE|DISCONNECTED|CONNECT|NODE_STOPPED|NO_CONTRACT|CHAIN_(WRONG|MISMATCH|RPC))/,
    'unreachable',
  ],
  [/^(CAR_|BLOCK_|VERIFY_|CONTENT_)/, 'unverified'],
  [/./, 'refused'],
]

/** The exit code that stands for an error code. */
export function exitCodeOf(errorCode: string): number {
  const found = endings.find(([start]) => start.test(errorCode))
  return exitCodes[found?.[1] ?? 'failed'].code
}
