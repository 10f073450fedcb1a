import { chainErrors } from '@sluice/adapters/chain-viem'
import { httpErrors } from '@sluice/http'
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

test('no error of any layer ends a command as if all were well', () => {
  const documented = Object.values(exitCodes).map(({ code }) => code)
  for (const code of [nodeErrors, chainErrors, httpErrors].flatMap((table) => Object.keys(table))) {
    expect(exitCodeOf(code), code).not.toBe(0)
    expect(documented).toContain(exitCodeOf(code))
  }
})
