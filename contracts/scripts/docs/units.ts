import type { AbiValue } from './reference.ts'

const BASE = 'base units of the token'
const TIME = 'Unix seconds'

/** Units of numbers, by the name of the argument or field. */
const units: Readonly<Record<string, string>> = {
  amount: BASE,
  paid: BASE,
  total: BASE,
  locked: BASE,
  capacity: BASE,
  tickValue: BASE,
  value: BASE,
  depositA: BASE,
  depositB: BASE,
  withdrawnA: BASE,
  withdrawnB: BASE,
  pool: BASE,
  amounts: 'units of the token',
  stakes: BASE,
  capacityAndAmount: `two ${BASE}, 128 bits each`,
  deadline: TIME,
  validAfter: TIME,
  validBefore: TIME,
  closesAt: TIME,
  finalAt: TIME,
  disputeWindow: 'seconds',
  challengeDuration: 'seconds',
  party: '0 or 1',
  from: '0 or 1',
  lane: '0 or 1',
  side: '0 or 1',
  loser: '0 or 1',
  asCredit: 'mask: 1 for a, 2 for b',
  seq: 'counts from 1',
  index: 'slot',
  first: 'slot',
  ticks: 'ticks',
  tickCount: 'ticks',
  nonce: 'number',
  channelNonce: 'number',
  turnNum: 'moves',
  tokenId: 'number',
  tokenIds: 'numbers',
  chainId: 'number',
  v: '27 or 28',
  standard: '0 for ERC-721, 1 for ERC-1155',
  status: '0 open, 1 closing, 2 settled, 3 closed',
  assetType: '0',
  allocationType: '0',
  extensions: 'numbers',
}

/** A number's unit; nothing for other types. @throws Error if nothing says in which unit a number is. */
export function unitOf({ name, type, internalType }: AbiValue): string {
  if (!/^u?int/.test(type)) return name === 'capacityAndAmount' ? (units[name] ?? '') : ''
  const unit = name === 'result' ? (resultUnits[internalType ?? type] ?? '') : units[name]
  if (unit === undefined) throw new Error(`nothing says in which unit ${name} is`)
  return unit
}

/** Of a value without a name, by its type: credits and nonces are the only such numbers. */
const resultUnits: Readonly<Record<string, string>> = { uint64: 'number' }
