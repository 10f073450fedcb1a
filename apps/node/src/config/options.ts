import { DEFAULT_DATA_FOLDER } from '../cli/folder.ts'
import { defaulted, optional, several, toggle } from '../cli/options.ts'
import {
  address,
  amount,
  amountOf,
  duration,
  finality,
  listenAddress,
  oneOf,
  path,
  proxies,
  takenTokens,
  token,
  urlOf,
  wholeNumber,
} from '../cli/parse.ts'
import { logLevels } from '../log.ts'

/** Options of every command. */
export const commonOptions = {
  json: toggle('answer in JSON, one object a line; errors too'),
  config: optional('file', 'configuration file, JSON (default: config.json in the data folder)', path),
}

/** Where a node keeps what it has. */
export const dataOptions = {
  data: defaulted('folder', 'where the node keeps its key, store and backups', path, DEFAULT_DATA_FOLDER),
  passwordFile: optional(
    'file',
    'file that holds the password of the key (or SLUICE_PASSWORD in the environment)',
    path,
  ),
}

/** The chain and the contract on it. */
export const chainOptions = {
  chain: several(
    'url',
    'JSON-RPC address of the chain; given several times, all are asked: a close that one shows counts, money only by all',
    urlOf('http', 'https', 'ws', 'wss'),
  ),
  chainId: optional(
    'number',
    'id that the chain must have (default: what it says)',
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
  ),
  chainPoll: optional(
    'time',
    'how often the chain is asked for a new block (default: 2s, in development 0.2s)',
    duration,
  ),
  contractBlock: optional(
    'number',
    "block of the contract's creation, where an endpoint does not keep what it takes to find it",
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
  ),
  gasPriceMax: optional(
    'amount',
    'most to pay for a unit of gas, such as 5nFIL (default: what the chain asks)',
    amount,
  ),
  contract: optional(
    'address',
    'address of the Sluice contract (default: the known one of the chain, or where `sluice deploy` puts it)',
    address,
  ),
}

/** How what is sold over HTTP is paid for. */
export const buyingOptions = {
  token: defaulted('token', 'token to pay in: address of an ERC-20 token, or native', token, 'native'),
  feeMax: optional(
    'amount',
    'most that the hubs on the way get together (default: what the limits of the profile say)',
    amountOf,
  ),
  allowPrivate: toggle('let the offer of a public server name an address in a private network'),
  timeout: defaulted('time', 'how long the hub or the server may say nothing before it is given up', duration, '45s'),
}

/** What an engine needs besides. A command needs them only where no node of the data folder runs. */
export const engineOptions = {
  ...commonOptions,
  ...dataOptions,
  ...chainOptions,
  account: optional('address', 'account that receives money on chain (default: the key itself)', address),
  profile: defaulted(
    'name',
    'set of limits: default, development (a local chain) or filecoin',
    oneOf('default', 'development', 'filecoin'),
    'default',
  ),
  channelWindow: optional('time', 'dispute window of channels that this side proposes', duration),
  virtualWindow: optional('time', 'dispute window of virtual channels that this side opens', duration),
  limits: optional('file', 'JSON file that changes single limits of the profile', path),
  finality: optional(
    'policy',
    'when a block counts: finalized, safe, or a number of blocks on top (default: finalized)',
    finality,
  ),
  logLevel: optional(
    'level',
    `least important lines to log: ${logLevels.join(', ')} (default: info, of one-off commands error)`,
    oneOf(...logLevels),
  ),
  logFormat: optional('format', 'json or pretty (default: pretty on a terminal)', oneOf('json', 'pretty')),
}

/** What a daemon needs besides. */
export const daemonOptions = {
  ...engineOptions,
  listen: defaulted('address', 'where peers connect; port 0 takes a free one', listenAddress, '127.0.0.1:0'),
  publicUrl: optional('url', 'how peers reach that address from outside', urlOf('ws', 'wss')),
  trustedProxy: optional(
    'addresses',
    'proxies in front of the listeners, whose X-Forwarded-For says whose connection it is: addresses or networks, with commas between them',
    proxies,
  ),
  tokens: defaulted(
    'tokens',
    'in which tokens peers may open channels with this side, with commas between them; after a colon the least capacity of a virtual channel in base units: native,0x…:1000',
    takenTokens,
    'native',
  ),
  rpcListen: defaulted('address', 'where JSON-RPC answers; keep it on the loopback', listenAddress, '127.0.0.1:0'),
  metricsListen: optional(
    'address',
    'where /metrics answers without a token (with one it does at the JSON-RPC)',
    listenAddress,
  ),
  backupFolder: optional(
    'folder',
    'where the newest backup is kept by itself, one file a signer: on another disk than the data folder',
    path,
  ),
  backupCommand: optional(
    'command',
    'command of the shell that gets each new backup on its standard input: ssh, rclone, a script',
    (text) => text,
  ),
  backupEvery: defaulted('time', 'how long a change may wait until it is in a backup', duration, '1m'),
  untilStdinEnds: toggle('stop when standard input ends, so that no daemon outlives who started it'),
}

/** What a hub asks for forwarding. */
export const feeOptions = {
  feeBase: optional('amount', 'fee for each virtual channel (default: of the profile; in development none)', amount),
  feePpm: optional('number', 'fee in millionths of the capacity (default: of the profile)', wholeNumber(0, 1_000_000)),
  feeHourPpm: optional(
    'number',
    'fee in millionths of the capacity for each hour for which it may be held (default: of the profile)',
    wholeNumber(0, 1_000_000),
  ),
}
