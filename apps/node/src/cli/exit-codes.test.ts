import { chainErrors } from '@sluice/adapters/chain-viem'
import { keyErrors } from '@sluice/adapters/keys'
import { storeErrors } from '@sluice/adapters/store-sqlite'
import { transportErrors } from '@sluice/adapters/transport-websocket'
import { clientErrors } from '@sluice/client'
import { engineErrors } from '@sluice/engine'
import { httpErrors, tabErrors } from '@sluice/http'
import { protocolErrors } from '@sluice/protocol'
import { retrievalErrors } from '@sluice/retrieval'
import { expect, test } from 'vitest'
import { nodeErrors } from '../error-codes.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'

test.each([
  ['INTERRUPTED', 130],
  ['USAGE', 2],
  ['VALUE_INVALID', 2],
  ['CONTENT_UNVERIFIABLE', 2],
  ['CHAIN_UNREACHABLE', 3],
  ['TRANSPORT_UNREACHABLE', 3],
  ['NODE_STOPPED', 3],
  ['CHAIN_FUNDS_TOO_LOW', 4],
  ['PATH_TOO_SMALL', 4],
  ['OFFER_AMOUNT', 4],
  ['PORT_TAKEN', 6],
  ['TRANSPORT_PORT_TAKEN', 6],
  ['STORE_IN_USE', 6],
  ['INTERNAL', 1],
])('%s ends a command with %d', (code, exit) => {
  expect(exitCodeOf(code)).toBe(exit)
})

const tables = [
  ...[nodeErrors, engineErrors, protocolErrors, httpErrors, tabErrors, retrievalErrors],
  ...[chainErrors, clientErrors, keyErrors, storeErrors, transportErrors],
]
const codes = [...new Set(tables.flatMap((table) => Object.keys(table)))]

test('no error of any layer ends a command as if all were well, or by a code that the table does not have', () => {
  const documented = Object.values(exitCodes).map(({ code }) => code)
  for (const code of codes) {
    expect(exitCodeOf(code), code).not.toBe(0)
    expect(documented).toContain(exitCodeOf(code))
  }
})

/** Every code that is no refusal. Whoever adds one says here what it is. */
const others = {
  failed: `
    DISK_FULL ENGINE_FAILED INTERNAL OUTPUT_LOST RECORD_KIND_UNKNOWN RECORD_MALFORMED RECORD_VERSION_UNKNOWN
    RPC_RESULT_INVALID STORE_CORRUPT STORE_FULL STORE_WAITS STORE_WRITE_FAILED
  `,
  usage: `
    AMOUNT_INVALID BACKUP_UNREADABLE CHAIN_ACCOUNT_MASKED CHAIN_CONTRACT_UNKNOWN CHANNEL_AMBIGUOUS CHANNEL_UNKNOWN
    CID_INVALID CID_UNSUPPORTED CONFIG_KEY_UNKNOWN CONFIG_UNREADABLE CONTENT_UNVERIFIABLE FILE_CHANGED
    FILE_NOT_FOUND FILE_SIZE FILE_TOO_LARGE FILE_UNREADABLE FILE_UNWRITABLE FOLDER_EMPTY FOLDER_UNREADABLE
    KEY_EXISTS KEY_FILE_EXISTS KEY_FILE_INVALID KEY_FILE_MISSING KEY_FILE_UNREADABLE KEY_FILE_UNWRITABLE
    KEY_MISSING KEY_PASSWORD_WRONG KEY_VARIABLE_INVALID KEY_VARIABLE_MISSING LIMIT_INVALID LIMIT_UNKNOWN
    OUTPUT_EXISTS OUTPUT_FOREIGN PASSWORD_MISSING PEER_IS_SELF PEER_UNKNOWN_URL POLICY_CONTRADICTORY PRICES_INVALID
    PROVIDER_MISSING
    RPC_HOST_REFUSED RPC_INVALID_REQUEST RPC_METHOD_UNKNOWN RPC_PARAMS_INVALID RPC_PARSE RPC_UNAUTHORIZED
    SPACE_TOO_LITTLE STORE_CLOSED STORE_FOREIGN STORE_OF_ANOTHER STORE_UNREACHABLE STORE_VERSION_UNKNOWN
    TOKEN_SYMBOL TOKEN_UNKNOWN TOKEN_UNREADABLE TRANSPORT_URL_INVALID USAGE VALUE_INVALID VALUE_MISSING VIRTUAL_CHANNEL_UNKNOWN
  `,
  unreachable: `
    CHAIN_BEHIND CHAIN_BUSY CHAIN_ENDPOINTS_DISAGREE CHAIN_FINALITY_BROKEN CHAIN_FOREIGN_CONTRACT
    CHAIN_NO_CONTRACT CHAIN_NO_FACTORY CHAIN_RESTARTED CHAIN_RPC_FAILED CHAIN_STOPPED CHAIN_UNREACHABLE CHAIN_WRONG
    CHANNEL_UNANSWERED CONNECTION_LOST ENGINE_STOPPED HUB_FEES_UNKNOWN HUB_SILENT HUB_UNREADABLE NAME_UNRESOLVED NODE_STOPPED NODE_UNREACHABLE
    PEER_UNREACHABLE PROVIDER_SILENT PROVIDER_STALLED PROVIDER_UNPAYABLE PROVIDER_UNREACHABLE SERVER_FAILED SERVER_SILENT SERVER_UNREACHABLE
    TRANSPORT_CRYPTO_MISSING TRANSPORT_DUPLICATE TRANSPORT_ENDED TRANSPORT_MALFORMED TRANSPORT_NOT_PUBLIC
    TRANSPORT_NO_COMMON_VERSION TRANSPORT_PEER_WRONG TRANSPORT_PROOF_WRONG TRANSPORT_SELF TRANSPORT_STOPPED
    TRANSPORT_TIMEOUT TRANSPORT_UNREACHABLE
  `,
  unverified: `
    BLOCK_BEYOND_WINDOW BLOCK_CORRUPT BLOCK_LENGTH BLOCK_MISSING BLOCK_OVERSIZE BLOCK_UNEXPECTED BLOCK_UNREADABLE
    CAR_BROKEN CAR_CHANGED CAR_TRAILING CAR_TRUNCATED
  `,
  busy: `
    LISTEN_FAILED OUTPUT_IN_USE PORT_TAKEN STORE_BUSY STORE_IN_USE TRANSPORT_LISTEN_FAILED TRANSPORT_PORT_TAKEN
    WALLET_IN_USE
  `,
  interrupted: `
    INTERRUPTED
  `,
}

test('what each exit code means is what the errors behind it say', () => {
  const found = Object.fromEntries(
    Object.keys(others).map((ending) => {
      const { code } = exitCodes[ending as keyof typeof others]
      return [ending, codes.filter((one) => exitCodeOf(one) === code).toSorted()]
    }),
  )
  const sorted = Object.fromEntries(
    Object.entries(others).map(([ending, list]) => [ending, list.trim().split(/\s+/).toSorted()]),
  )
  expect(found).toEqual(sorted)
})
