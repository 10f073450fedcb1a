import type { ErrorDefinition } from '@sluice/protocol'

/** What can go wrong in the command and the daemon themselves; what lies below brings its own codes. */
export const nodeErrors = {
  // Usage
  USAGE: { message: '{problem}', action: 'Look at the help of the command: {help}.' },
  VALUE_INVALID: {
    message: '{name} is {value}, which is not {expected}',
    action: 'Correct the value, on the command line, in the environment or in the configuration file.',
  },
  VALUE_MISSING: {
    message: '{name} is not set',
    action: 'Give it as --{flag}, as {variable} in the environment, or as "{key}" in the configuration file.',
  },
  TOKEN_UNKNOWN: {
    message: '{name} is {value}, and how the token {token} writes its amounts is not known here',
    action: 'Run `sluice token` with its address once, or give whole base units.',
  },
  TOKEN_SYMBOL: {
    message: '{name} is {value}, but the token {token} calls itself {symbol}',
    action: 'Name the token that is meant with --token, or write the amount in its unit or in whole base units.',
  },
  TOKEN_UNREADABLE: {
    message: 'the token {token} does not say how it writes its amounts: {problem}',
    action: 'Check its address and the chain; amounts in whole base units are always taken.',
  },
  CONFIG_UNREADABLE: {
    message: 'the configuration file {path} can not be read: {problem}',
    action: 'Correct the file: one JSON object whose keys are option names in camel case.',
  },
  CONFIG_KEY_UNKNOWN: {
    message: 'the configuration file {path} has the key {key}, which no command knows',
    action: 'Remove the key, or correct its name.',
  },
  FILE_UNREADABLE: {
    message: 'the file {path} can not be read: {problem}',
    action: 'Check the path and the permissions.',
  },
  FILE_UNWRITABLE: {
    message: 'the file {path} can not be written: {problem}',
    action: 'Check the path, the permissions and the space left.',
  },
  OUTPUT_LOST: {
    message: 'what the command did could not be printed: {problem}',
    action: 'Make room where its output goes. The command itself was carried out: look before you run it again.',
  },
  LIMIT_UNKNOWN: {
    message: 'the file {path} changes the limit {name}, which there is not',
    action: 'Take the names from the table of limits in specs/protocol.md.',
  },
  LIMIT_INVALID: {
    message: 'the limit {name} in the file {path} is not {expected}',
    action: 'Give it in the unit of the table of limits in specs/protocol.md.',
  },
  // Keys
  KEY_MISSING: {
    message: 'there is no key in {path}',
    action: 'Make one with `sluice keys new`, or import one with `sluice keys import`.',
  },
  KEY_EXISTS: {
    message: 'there is a key in {path} already',
    action: 'Choose another folder with --data; a key that holds channels must not be overwritten.',
  },
  PASSWORD_MISSING: {
    message: 'no password was given for the key in {path}',
    action: 'Give --password-file, or SLUICE_PASSWORD in the environment.',
  },
  BACKUP_OTHER_ACCOUNT: {
    message: 'the backup is of the account {account}, and the key is that of {address}',
    action: "Give the account's key: in SLUICE_KEY, or imported into a folder of its own that --data names.",
  },
  TOWER_UNREACHABLE: {
    message: 'the watchtower at {url} does not answer as one: {problem}',
    action: 'Check the address; hire a second watchtower, so that one that is away does no harm.',
  },
  TOWER_REFUSED: {
    message: 'the watchtower at {url} refuses: {problem} ({code})',
    action: 'Do what the reason says: pay it with `sluice watchtower add URL --prepay AMOUNT`, or set the clock.',
  },
  TOWER_FOREIGN: {
    message:
      'the watchtower at {url} watches the contract {contract} on chain {chainId}, which is not that of this node',
    action: 'Choose a watchtower of this chain and contract.',
  },
  TOWER_HOLDS_NOT: {
    message: 'the watchtower at {url} can not show that it holds what it was given',
    action: 'It is given all again; if it happens once more, hire another one.',
  },
  TOWER_UNKNOWN: { message: 'no watchtower at {url} is hired', action: 'Look at `sluice watchtower list`.' },
  TOWER_NO_WAY: {
    message: 'no open channel has {amount} to spend for the watchtower {tower}',
    action: 'Open a channel with a hub of the watchtower, or with the watchtower itself; name hubs by --hub.',
  },
  TOWER_UNPAID: {
    message: 'the watchtower at {url} does not count {amount} that was paid to it',
    action:
      'Look with `sluice watchtower list` a little later; what it did not take comes back when the virtual channel is closed.',
  },
  // Surroundings
  PORT_TAKEN: {
    message: 'the address {address} for {purpose} is taken',
    action: 'Stop the program that listens there, or choose another port (0 takes a free one).',
  },
  LISTEN_FAILED: {
    message: 'can not listen at {address} for {purpose}: {problem}',
    action: 'Choose an address of this machine and a port that this user may use.',
  },
  NODE_UNREACHABLE: {
    message: 'the node of this data folder does not answer at {url}: {problem}',
    action: 'Look at its log, or restart it.',
  },
  NODE_STOPPED: {
    message: 'the node stopped while it was answering',
    action: 'Start the node again and look with `sluice channel list` what was done.',
  },
  // Channels
  CHANNEL_UNKNOWN: {
    message: 'there is no channel {id}',
    action: 'Look at the ids with `sluice channel list`.',
  },
  VIRTUAL_CHANNEL_UNKNOWN: {
    message: 'there is no virtual channel {id}',
    action: 'Look at the ids with `sluice virtual list`.',
  },
  CHANNEL_AMBIGUOUS: {
    message: '{id} stands for {count} channels',
    action: 'Give more of the id, see `sluice channel list`.',
  },
  HUB_FEES_UNKNOWN: {
    message: 'the hub {hub} does not publish its fees at {url}: {problem}',
    action: 'Check that the hub runs; reach it again with `sluice channel open` or `peer.connect` if it moved.',
  },
  HUB_UNREADABLE: {
    message: 'no hub can be read at {url}: {problem}',
    action: 'Check the address: of a hub it is the one of its peer transport, such as https://hub.example.',
  },
  HUB_ELSEWHERE: {
    message: 'the hub at {url} is of {network} and the contract {contract}, this node of {wanted} and {own}',
    action: 'Name a hub of the same chain and contract.',
  },
  HUB_DECLINED: {
    message: 'the hub {hub} declined to forward the payment channel {virtualId}: {reason}',
    action:
      'What was locked for it is free again. Run again, as most reasons pass; else ask its operator, or open a channel with another hub of the provider.',
  },
  HUB_KNOWS_NO_WAY: {
    message: 'the hub {hub} has no open channel with the provider {payee}',
    action: 'Open a channel with another hub of the provider, or with the provider itself: `sluice channel open`.',
  },
  HUB_SILENT: {
    message: 'the hub {hub} is not reached. {locked}',
    action:
      'Run again once it is back, or open a channel with another hub of the provider. --timeout says how long it is waited for.',
  },
  CLOCK_WRONG: {
    message: "this machine's clock is {by} block {block} of the chain, so what it dates is not taken",
    action:
      'Set the clock and run again; if the clock is right, the chain endpoint is behind: name another by --chain.',
  },
  PROVIDER_UNPAYABLE: {
    message: 'payments do not reach the provider {payee} at {url}, where it says that it listens: {amount} was signed',
    action:
      'Ask its operator to correct --public-url or open the port; an address in a private network is dialled with --allow-private. What it got nothing for comes back: `sluice explain`.',
  },
  PROVIDER_MISSING: {
    message: 'nobody is named who has {content}',
    action: 'Name providers with --from, or give the address at a gateway: http://provider/ipfs/<cid>.',
  },
  NAME_UNRESOLVED: {
    message: 'the IPNS name {name} can not be looked up: {problem}',
    action: 'Ask a provider that has its record, or give the CID that it stands for.',
  },
  PROVIDER_SILENT: {
    message: 'the provider at {url} says nothing for {seconds} s',
    action: 'Run again later, or ask another provider. --timeout says how long it is waited for.',
  },
  // Retrieval
  FOLDER_EMPTY: {
    message: 'the folder {path} {problem}',
    action: 'Pack a file with `sluice pack`, or name another folder.',
  },
  CONTENT_UNVERIFIABLE: {
    message: 'the address {url} names no content that can be verified',
    action: 'Give the address at a gateway, with /ipfs/ and a CID or /ipns/ and a name, or ipfs://<cid> with --from.',
  },
  PROVIDER_UNREACHABLE: {
    message: 'nobody answers at {url}: {problem}',
    action: 'Check the address, and that the provider runs.',
  },
  OUTPUT_EXISTS: {
    message: 'the file {path} exists already',
    action: 'Name another file, or remove that one.',
  },
  OUTPUT_IN_USE: {
    message: 'process {process} downloads to {path} already',
    action:
      'Wait for it, stop it, or name another file with --out. If that process is another program, remove {path}.part.lock. Nothing was opened or paid.',
  },
  WALLET_IN_USE: {
    message: 'process {process} spends by the rules that are kept in {path} already',
    action:
      'Stop it, or give this one a data folder of its own: two would each spend what the rules let one spend. If that process is another program, remove {path}.lock. Nothing was opened or paid.',
  },
  SPACE_TOO_LITTLE: {
    message: 'the download needs {needed} bytes in {path}, and {free} are free',
    action: 'Make room, or name a place on another disk with --out. Nothing was opened or paid.',
  },
  DISK_FULL: {
    message: 'the disk is full: {path} can not be written on',
    action: 'Make room, then run the same command again: what was paid for is kept, and is not paid twice.',
  },
  PAYMENT_LOST: {
    message:
      'the payment that was begun for this download does not go on: {problem}. Another one, from the first byte, costs {whole}',
    action:
      'Run again with --fresh: that opens another payment and pays from the first byte. What the one before did not spend comes back when it is closed, which is asked for.',
  },
  OUTPUT_FOREIGN: {
    message: 'the file {path} exists and is not a part of this download: {problem}',
    action: 'Name another file with --out, or remove that one.',
  },
  INTERRUPTED: { message: 'interrupted', action: 'Run the same command again to go on.' },
  // Selling and buying over HTTP
  PRICES_INVALID: {
    message: '{path}, line {line}: {entry} {problem}',
    action:
      'Correct the table of prices; docs/guides/seller.md shows one. A running proxy keeps the table that it had.',
  },
  ROUTE_UNPRICED: {
    message: 'nothing is sold at {target}',
    action: 'Look at /.well-known/sluice for what is. Nothing is charged.',
  },
  METHOD_REFUSED: {
    message: 'the method {method} is not handed on',
    action: 'Ask by another method. Nothing is charged.',
  },
  UPGRADE_PRICED: {
    message: 'what costs something is not sold over another protocol, such as a WebSocket',
    action: 'Ask over HTTP; an answer may be a stream. Nothing is charged.',
  },
  UPSTREAM_UNREACHABLE: {
    message: 'the server behind, {url}, is not reached: {problem}',
    action: 'Ask again later; its operator looks at that server. Nothing is charged.',
  },
  UPSTREAM_SILENT: {
    message: 'the server behind, {url}, says nothing for {milliseconds} ms',
    action: 'Ask again later; its operator looks at that server. Nothing is charged.',
  },
  UPSTREAM_INVALID: {
    message: 'the answer of the server behind, {url}, can not be handed on: {problem}',
    action: 'Its operator looks at that server. Nothing is charged.',
  },
  ANSWER_REFUSED: {
    message: '{url} answers {status}; {charged} were charged',
    action: 'What it says stands in its answer, which was written out. Correct the request.',
  },
  SERVER_FAILED: {
    message: '{url} answers {status}; {charged} were charged',
    action: 'What it says stands in its answer, which was written out. Ask again later.',
  },
  SELLER_UNSOUND: {
    message: '{count} things keep somebody from buying at {url}',
    action: 'Correct what is marked BAD, and check again.',
  },
  SERVER_SILENT: {
    message: 'the server at {url} is not reached: {problem}',
    action: 'Check the address, and that the server runs. Nothing was paid.',
  },
  // JSON-RPC
  RPC_PARSE: { message: 'the request is not JSON', action: 'Send one JSON-RPC 2.0 request.' },
  RPC_INVALID_REQUEST: {
    message: 'the request is no JSON-RPC 2.0 request: {problem}',
    action: 'Send jsonrpc, id, method and params as the specification says.',
  },
  RPC_METHOD_UNKNOWN: { message: 'there is no method {method}', action: 'Look at docs/rpc.md for the methods.' },
  RPC_PARAMS_INVALID: {
    message: '{path} is not {expected}',
    action: 'Correct the parameter; amounts are decimal strings.',
  },
  RPC_UNAUTHORIZED: {
    message: 'the request carries no valid token',
    action: "Send the token of the data folder's rpc.json as Authorization: Bearer.",
  },
  RPC_HOST_REFUSED: {
    message: 'the request was made for the host {host}',
    action: 'Reach the node by its loopback address.',
  },
  RPC_RESULT_INVALID: {
    message: 'the answer to {method} is not understood: {problem}',
    action: 'Use a command of the same version as the node.',
  },
  INTERNAL: { message: 'unexpected failure: {problem}', action: 'Please report it with the log.' },
} as const satisfies Record<string, ErrorDefinition>

/** A code of {@link nodeErrors}. */
export type NodeErrorCode = keyof typeof nodeErrors
