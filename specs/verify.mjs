// Checks specs/vectors/*.json against specs/protocol.md by a second implementation: it shares no code with the packages.
// Hashing, typed data and recovery are viem's; trees, ticks and the encoding of messages are written out here.
//
//   node specs/verify.mjs [folder of vectors]

import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import {
  concat,
  domainSeparator,
  encodeAbiParameters,
  encodePacked,
  hashTypedData,
  keccak256,
  recoverAddress,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const folder = process.argv[2] ?? fileURLToPath(new URL('./vectors/', import.meta.url))
const ZERO = `0x${'00'.repeat(32)}`

// ---- typed data ----

const struct = (text) =>
  text.split(',').map((member) => {
    const [type, name] = member.trim().split(' ')
    return { type, name }
  })

const types = {
  Party: struct('address account, address signer'),
  ChannelTerms: struct('Party a, Party b, address token, uint32 disputeWindow, uint64 nonce'),
  VirtualTerms: struct('address[] path, address token, uint128 capacity, uint32 disputeWindow, uint64 nonce'),
  LaneVoucher: struct('bytes32 channelId, uint8 lane, uint64 seq, uint128 paid, uint128 locked, bytes32 locksRoot'),
  Voucher: struct('bytes32 virtualId, uint128 amount, bytes32 tickAnchor, uint128 tickValue, uint32 tickCount'),
  Close: struct('bytes32 channelId, uint8 from, uint128 amount, uint64 deadline'),
  Withdrawal: struct('bytes32 channelId, uint8 party, uint128 total, uint64 deadline'),
  CloseRequest: struct('bytes32[] ids, uint64 deadline'),
  TowerRequest: struct('address tower, bytes32 request'),
  Session: struct(
    'bytes32 nonceInitiator, bytes32 nonceResponder, bytes32 keyInitiator, bytes32 keyResponder, address initiator, address responder, uint8 minVersionInitiator, uint8 maxVersionInitiator, uint8 minVersionResponder, uint8 maxVersionResponder, uint8 role',
  ),
}

const viemDomain = ({ chainId, contract }) => ({
  name: 'Sluice',
  version: '1',
  chainId: BigInt(chainId),
  verifyingContract: contract,
})

const digest = (domain, primaryType, message) =>
  hashTypedData({ domain: viemDomain(domain), types, primaryType, message })

const condition = ({ resolver, id, side }) =>
  keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }], [resolver, id, side]))

const signed = (primaryType) => async (one, domain) => {
  expect(digest(domain, primaryType, one), one.digest)
  expect((await recoverAddress({ hash: one.digest, signature: one.signature })).toLowerCase(), one.signer)
  const s = BigInt(`0x${one.signature.slice(66, 130)}`)
  expect(s <= 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n, true)
  expect(['1b', '1c'].includes(one.signature.slice(130)), true)
}

// ---- terms ----

const NOBODY = `0x${'00'.repeat(20)}`

function channelRefusal({ aAccount, aSigner, bAccount, bSigner, disputeWindow }) {
  if (aSigner === NOBODY || bSigner === NOBODY) return 'TERMS_ZERO_SIGNER'
  if (aAccount === NOBODY || bAccount === NOBODY) return 'TERMS_ZERO_ACCOUNT'
  if (BigInt(aSigner) >= BigInt(bSigner)) return 'TERMS_SIGNERS_ORDER'
  if (aAccount === bAccount) return 'TERMS_SAME_ACCOUNT'
  return disputeWindow === 0 ? 'TERMS_ZERO_WINDOW' : undefined
}

function virtualRefusal({ path, disputeWindow }) {
  if (path.length < 2 || path.length > 6) return 'TERMS_PATH_LENGTH'
  if (path.includes(NOBODY)) return 'TERMS_ZERO_SIGNER'
  if (new Set(path).size !== path.length) return 'TERMS_PATH_REPEATED'
  return disputeWindow === 0 ? 'TERMS_ZERO_WINDOW' : undefined
}

// ---- locks and ticks ----

const leaf = (slot, amount, lockCondition) =>
  keccak256(encodePacked(['uint8', 'uint32', 'uint128', 'bytes32'], [0, slot, BigInt(amount), lockCondition]))
const node = (left, right) => keccak256(concat(['0x01', left, right]))

/** The subtree over the slots from `first` on, 2^depth of them; `empties` are those without locks, by depth. */
function subtree(leaves, empties, first, depth) {
  const inside = [...leaves.keys()].filter((slot) => slot >= first && slot < first + 2 ** depth)
  if (inside.length === 0) return empties[depth]
  if (depth === 0) return leaves.get(first)
  const half = first + 2 ** (depth - 1)
  return node(subtree(leaves, empties, first, depth - 1), subtree(leaves, empties, half, depth - 1))
}

function root(slots, amounts, conditions) {
  if (slots.length === 0) return { depth: 0, root: ZERO }
  const leaves = new Map(slots.map((slot, i) => [slot, leaf(slot, amounts[i], conditions[i])]))
  const empties = [ZERO]
  while (empties.length < 32) empties.push(node(empties.at(-1), empties.at(-1)))
  let depth = 0
  while (2 ** depth <= Math.max(...slots)) depth++
  return { depth, root: subtree(leaves, empties, 0, depth) }
}

function climb({ slot, amount, condition: lockCondition, proof }) {
  let index = BigInt(slot)
  let hash = leaf(slot, amount, lockCondition)
  for (const sibling of proof) {
    hash = index & 1n ? node(sibling, hash) : node(hash, sibling)
    index >>= 1n
  }
  return { hash, rest: index }
}

function hashTimes(preimage, times) {
  let hash = preimage
  for (let i = 0; i < times; i++) hash = keccak256(hash)
  return hash
}

// ---- messages: a strict CBOR of integers, strings of bytes, texts, lists and maps ----

const INT = 0
const BYTES = 2
const TEXT = 3
const LIST = 4
const MAP = 5

function head(major, number) {
  if (number < 24) return Buffer.of((major << 5) | number)
  const size = number < 2 ** 8 ? 1 : number < 2 ** 16 ? 2 : 4
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = (major << 5) | (23 + (size === 4 ? 3 : size))
  bytes.writeUIntBE(number, 1, size)
  return bytes
}

const byKey = ([a], [b]) => a.length - b.length || (a < b ? -1 : 1)

function write(value) {
  if (typeof value === 'number') return head(INT, value)
  if (Buffer.isBuffer(value)) return Buffer.concat([head(BYTES, value.length), value])
  if (typeof value === 'string') return Buffer.concat([head(TEXT, value.length), Buffer.from(value, 'ascii')])
  if (Array.isArray(value)) return Buffer.concat([head(LIST, value.length), ...value.map(write)])
  const entries = Object.entries(value).sort(byKey)
  return Buffer.concat([head(MAP, entries.length), ...entries.flatMap(([key, one]) => [write(key), write(one)])])
}

/** Reads one value; whether the bytes are its one encoding is seen by writing it again. */
function read(bytes, at) {
  const major = bytes[at] >> 5
  const info = bytes[at] & 31
  const size = info < 24 ? 0 : { 24: 1, 25: 2, 26: 4 }[info]
  if (size === undefined) throw new Error(`byte ${at} begins nothing that a message holds`)
  const number = size === 0 ? info : bytes.readUIntBE(at + 1, size)
  const start = at + 1 + size
  const end = start + number
  if (major === INT) return [number, start]
  if (end > bytes.length) throw new Error('cut short')
  if (major === BYTES) return [bytes.subarray(start, end), end]
  if (major === TEXT) return [bytes.toString('latin1', start, end), end]
  if (major !== LIST && major !== MAP) throw new Error(`major type ${major}`)
  const items = []
  let next = start
  for (let i = 0; i < (major === MAP ? 2 * number : number); i++) {
    const [item, after] = read(bytes, next)
    items.push(item)
    next = after
  }
  if (major === LIST) return [items, next]
  return [Object.fromEntries(Array.from({ length: number }, (_, i) => [items[2 * i], items[2 * i + 1]])), next]
}

/** Field names with their kinds; `?` marks one that may be left out, `[]` a list with its least and most items. */
const shapes = {
  Party: { account: 'h20', signer: 'h20' },
  ChannelTerms: { a: 'Party', b: 'Party', token: 'h20', disputeWindow: 'u32', nonce: 'u64' },
  VirtualTerms: { path: 'h20[2,6]', token: 'h20', capacity: 'u128', disputeWindow: 'u32', nonce: 'u64' },
  LockSubject: { resolver: 'h20', id: 'h32', side: 'u8' },
  Memo: { until: 'u64[1,5]', fees: 'u128[0,4]' },
  LaneVoucher: { channelId: 'h32', lane: 'bit', seq: 'u64', paid: 'u128', locked: 'u128', locksRoot: 'h32' },
  LaneUpdate: { base: 'u64', operations: 'Operation[0,256]', voucher: 'LaneVoucher', signature: 'h65' },
  Voucher: { virtualId: 'h32', amount: 'u128', tickAnchor: 'h32', tickValue: 'u128', tickCount: 'u32' },
  Tick: { index: 'u32', preimage: 'h32' },
  SignedVoucher: { voucher: 'Voucher', signature: 'h65', tick: 'Tick?' },
  Close: { channelId: 'h32', from: 'bit', amount: 'u128', deadline: 'u64' },
  Withdrawal: { channelId: 'h32', party: 'bit', total: 'u128', deadline: 'u64' },
  Countersignature: { seq: 'u64', signature: 'h65' },
  CapacityLimit: { token: 'h20', least: 'u128' },
  HubPolicy: {
    feeBase: 'u128',
    feePartsPerMillion: 'u32',
    feePerHour: 'u32',
    feeHold: 'u32',
    feeWindow: 'u32',
    hopMargin: 'u32',
  },
  Standing: { channelId: 'h32', sent: 'u64', received: 'u64', countersigned: 'u64', held: 'u64' },
}

const reliable = {
  propose: { terms: 'ChannelTerms' },
  agree: { channelId: 'h32' },
  reject: { channelId: 'h32', code: 'code', text: 'text' },
  update: { update: 'LaneUpdate', countersignature: 'Countersignature?' },
  accepted: { channelId: 'h32', lane: 'bit', seq: 'u64' },
  refuse: { channelId: 'h32', lane: 'bit', seq: 'u64', newest: 'u64', code: 'code' },
  countersign: { channelId: 'h32', lane: 'bit', seq: 'u64', signature: 'h65' },
  countersignRequest: { channelId: 'h32', lane: 'bit' },
  decline: { virtualId: 'h32', code: 'code', returned: 'u128' },
  prolong: { virtualId: 'h32', until: 'u64', fees: 'u128[0,4]' },
  prolongDecline: { virtualId: 'h32', until: 'u64', code: 'code', returned: 'u128' },
  requestClose: { virtualId: 'h32' },
  claim: { virtualId: 'h32', voucher: 'SignedVoucher?' },
  close: { close: 'Close', signature: 'h65' },
  closeAnswer: { close: 'Close', answer: 'Answer' },
  withdraw: { withdrawal: 'Withdrawal', signature: 'h65', countersignature: 'Countersignature?' },
  withdrawAnswer: { withdrawal: 'Withdrawal', answer: 'Answer' },
}

const volatile = {
  voucher: { terms: 'VirtualTerms?', signed: 'SignedVoucher' },
  voucherAccepted: { virtualId: 'h32', amount: 'u128' },
  voucherRefused: { virtualId: 'h32', amount: 'u128', code: 'code' },
  tick: { virtualId: 'h32', anchor: 'h32', index: 'u32', preimage: 'h32' },
  _policy: {
    forwarding: 'HubPolicy?',
    locksMax: 'u32',
    capacities: 'CapacityLimit[0,16]',
    nonceAgeMax: 'u32',
    virtualWindowMin: 'u32',
    virtualWindowMax: 'u32',
    lifetimeMin: 'u32',
    lifetimeMax: 'u32',
  },
}

/** Unions: the name of the tag, and the members' shapes by its value. They travel as [tag, body]. */
const unions = {
  Operation: [
    'type',
    {
      add: { terms: 'VirtualTerms', memo: 'Memo' },
      lock: { subject: 'LockSubject', amount: 'u128', until: 'u64' },
      fold: { lockId: 'h32', amount: 'u128' },
      pay: { amount: 'u128' },
    },
  ],
  Answer: ['type', { signed: { signature: 'h65' }, refused: { code: 'code' } }],
  Reliable: ['type', reliable],
  Volatile: ['type', volatile],
  message: ['type', { ...reliable, ...volatile }],
  frame: [
    'kind',
    {
      hello: { next: 'u64', oldest: 'u64', account: 'h20', features: 'u32[0,64]', channels: 'Standing[0,1024]' },
      data: { number: 'u64', message: 'Reliable' },
      ack: { number: 'u64' },
      volatile: { message: 'Volatile' },
    },
  ],
}

/** What a later version may add fields to. */
const open = new Set(['Standing', 'Reliable', 'Volatile', 'message', 'frame'])
const IGNORABLE = /^_[a-z][A-Za-z0-9]{0,30}$/

function demand(holds, what) {
  if (!holds) throw new Error(`not ${what}`)
}

/** Of what is ignored, only that it is built as all else. */
function skip(tree, depth = 8) {
  if (typeof tree === 'number' || Buffer.isBuffer(tree)) return
  if (typeof tree === 'string') return demand(/^[ -~]*$/.test(tree), 'printable')
  demand(depth > 0, 'a nest of eight')
  if (!Array.isArray(tree)) for (const name of Object.keys(tree)) demand(/^[ -~]+$/.test(name), 'a printable name')
  for (const one of Object.values(tree)) skip(one, depth - 1)
}

const isMap = (tree) => typeof tree === 'object' && !Array.isArray(tree) && !Buffer.isBuffer(tree)

function skipMember([name, body]) {
  demand(isMap(body), 'a map')
  skip(body)
  return name
}

/** A frame that is read for its name and its number alone; undefined for any other. */
function unpackIgnored(tree) {
  const isIgnored = (one) => Array.isArray(one) && one.length === 2 && IGNORABLE.test(one[0]) && !(one[0] in volatile)
  if (isIgnored(tree)) return { kind: 'ignored', name: skipMember(tree) }
  const [kind, body] = tree
  if (!isMap(body) || !isIgnored(body.message)) return undefined
  const shape = { data: { number: 'u64', message: 'ignored' }, volatile: { message: 'ignored' } }[kind]
  if (!shape) return undefined
  const { message, ...numbered } = unpackShape(shape, body, true)
  return { kind: 'ignored', name: skipMember(message), ...numbered }
}

const LIST_KIND = /^(.+)\[(\d+),(\d+)\]$/

/** The tree that is written for a value as the vectors tell it. */
function pack(kind, value) {
  const list = LIST_KIND.exec(kind)
  if (list) return value.map((one) => pack(list[1], one))
  if (kind[0] === 'h') return Buffer.from(value.slice(2), 'hex')
  if (kind === 'u64' || kind === 'u128') {
    return Buffer.from(
      BigInt(value)
        .toString(16)
        .padStart(Number(kind.slice(1)) / 4, '0'),
      'hex',
    )
  }
  if (unions[kind]) {
    const [tag, members] = unions[kind]
    return [value[tag], packShape(members[value[tag]], value)]
  }
  return shapes[kind] ? packShape(shapes[kind], value) : value
}

function packShape(shape, value) {
  const given = Object.entries(shape).filter(([name]) => value[name] !== undefined)
  return Object.fromEntries(given.map(([name, kind]) => [name, pack(kind.replace('?', ''), value[name])]))
}

/** The value, as the vectors tell it, of a tree that was read. */
function unpack(kind, tree) {
  const list = LIST_KIND.exec(kind)
  if (list) {
    demand(Array.isArray(tree) && tree.length >= Number(list[2]) && tree.length <= Number(list[3]), kind)
    return tree.map((one) => unpack(list[1], one))
  }
  if (kind[0] === 'h') {
    demand(Buffer.isBuffer(tree) && tree.length === Number(kind.slice(1)), kind)
    return `0x${tree.toString('hex')}`
  }
  if (kind === 'u64' || kind === 'u128') {
    demand(Buffer.isBuffer(tree) && tree.length === Number(kind.slice(1)) / 8, kind)
    return BigInt(`0x${tree.toString('hex')}`).toString()
  }
  if (unions[kind]) {
    const [tag, members] = unions[kind]
    demand(Array.isArray(tree) && tree.length === 2 && Object.hasOwn(members, String(tree[0])), kind)
    return { [tag]: tree[0], ...unpackShape(members[tree[0]], tree[1], open.has(kind)) }
  }
  if (shapes[kind]) return unpackShape(shapes[kind], tree, open.has(kind))
  if (kind === 'ignored') return tree
  if (kind === 'u8') demand(Number.isInteger(tree) && tree >= 0 && tree <= 255, kind)
  else if (kind === 'u32') demand(typeof tree === 'number', kind)
  else if (kind === 'bit') demand(tree === 0 || tree === 1, kind)
  else if (kind === 'code') demand(typeof tree === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(tree), kind)
  else demand(kind === 'text' && typeof tree === 'string' && /^[ -~]{0,256}$/.test(tree), kind)
  return tree
}

function unpackShape(shape, tree, isOpen) {
  demand(isMap(tree), 'a map')
  for (const name of Object.keys(tree)) {
    if (Object.hasOwn(shape, name)) continue
    demand(isOpen && IGNORABLE.test(name), `a field: ${name}`)
    skip(tree[name])
  }
  const due = Object.entries(shape).filter(([name, kind]) => Object.hasOwn(tree, name) || !kind.endsWith('?'))
  return Object.fromEntries(due.map(([name, kind]) => [name, unpack(kind.replace('?', ''), tree[name])]))
}

const isAscending = (items) => items.every((one, i) => i === 0 || items[i - 1] < one)

function readEnvelope(kind, bytes) {
  demand(bytes.length <= 256 * 1024, 'within the limit')
  const [tree, end] = read(bytes, 0)
  demand(end === bytes.length, 'one value')
  demand(Array.isArray(tree) && tree.length === 3 && tree[0] === 1, 'an envelope of version 1')
  demand(write(tree).equals(bytes), 'the one encoding')
  const value = (kind === 'frame' && unpackIgnored(tree.slice(1))) || unpack(kind, tree.slice(1))
  if (value.kind !== 'hello') return value
  demand(isAscending(value.features), 'features in order')
  demand(isAscending(value.channels.map(({ channelId }) => channelId)), 'channels in order')
  return value
}

const writeEnvelope = (kind, value) => write([1, ...pack(kind, value)])

const fromHex = (hex) => Buffer.from(hex.slice(2), 'hex')

function refuses(bytes) {
  try {
    readEnvelope('message', bytes)
    return false
  } catch {
    return true
  }
}

// ---- handshakes ----

const secretKey = (secret) =>
  createPrivateKey({
    key: Buffer.concat([fromHex('0x302e020100300506032b656e04220420'), fromHex(secret)]),
    format: 'der',
    type: 'pkcs8',
  })
const publicHex = (key) => `0x${createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('hex', 12)}`
const byte = (number) => number.toString(16).padStart(2, '0')

async function checkHandshake(one, domain) {
  const [ours, theirs] = [secretKey(one.secretInitiator), secretKey(one.secretResponder)]
  expect([publicHex(ours), publicHex(theirs)], [one.keyInitiator, one.keyResponder])
  const ranges = [
    [one.minVersionInitiator, one.maxVersionInitiator],
    [one.minVersionResponder, one.maxVersionResponder],
  ].map(([min, max]) => byte(min) + byte(max))
  expect(concat([`0x${ranges[0]}`, one.nonceInitiator, one.keyInitiator, one.initiator]), one.first)
  const highest = Math.min(one.maxVersionInitiator, one.maxVersionResponder)
  if (highest < one.minVersionInitiator || highest < one.minVersionResponder) {
    expect([one.second, one.version], [`0x${ranges[1]}`, undefined])
    return
  }
  expect(one.version, highest)
  const hello = concat([`0x${ranges[1]}`, one.nonceResponder, one.keyResponder, one.responder])
  expect(one.second.slice(0, hello.length), hello)
  const proofs = [one.third, `0x${one.second.slice(hello.length)}`]
  for (const [role, signer] of [one.initiator, one.responder].entries()) {
    const hash = digest(domain, 'Session', { ...one, role })
    expect((await recoverAddress({ hash, signature: proofs[role] })).toLowerCase(), signer)
  }
  const shared = diffieHellman({ privateKey: ours, publicKey: createPublicKey(theirs) })
  const salt = fromHex(digest(domain, 'Session', { ...one, role: 0 }))
  const derive = (who) => Buffer.from(hkdfSync('sha256', shared, salt, `sluice session ${highest} ${who}`, 32))
  expect(`0x${derive('initiator').toString('hex')}`, one.keyFromInitiator)
  expect(`0x${derive('responder').toString('hex')}`, one.keyFromResponder)
  const sealed = fromHex(one.recordOfInitiator)
  const cipher = createDecipheriv('chacha20-poly1305', derive('initiator'), Buffer.alloc(12), { authTagLength: 16 })
  cipher.setAuthTag(sealed.subarray(-16))
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
  expect([plain[0], plain.readUInt32BE(1)], [0, plain.length - 5])
  expect(readEnvelope('frame', plain.subarray(5)), { kind: 'ack', number: '17' })
}

// ---- watchtowers ----

const ofId = (purpose, id) => keccak256(concat([`0x${Buffer.from(purpose).toString('hex')}`, id]))

function checkTowerItem({ virtualId, hint, plain, sealed }) {
  expect(ofId('sluice tower hint', virtualId), hint)
  const key = ofId('sluice tower seal', virtualId)
  const nonce = keccak256(concat([key, plain])).slice(0, 26)
  const bytes = fromHex(sealed)
  expect(`0x${bytes.subarray(0, 12).toString('hex')}`, nonce)
  const cipher = createDecipheriv('chacha20-poly1305', fromHex(key), fromHex(nonce), { authTagLength: 16 })
  cipher.setAuthTag(bytes.subarray(-16))
  expect(`0x${Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('hex')}`, plain)
}

function checkTowerProof({ nonce, items, proof }) {
  const sized = (bytes) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  }
  const sorted = items.toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const parts = sorted.flatMap(({ key, bytes }) => [...sized(Buffer.from(key)), ...sized(fromHex(bytes))])
  expect(keccak256(Buffer.concat([fromHex(nonce), ...parts])), proof)
}

// ---- the files ----

const checks = {
  domains: (one) => {
    expect(domainSeparator({ domain: viemDomain(one) }), one.separator)
    expect(digest(one, 'CloseRequest', one), one.closeRequest)
  },
  keys: (one) => expect(privateKeyToAccount(one.key).address.toLowerCase(), one.address),
  channels: (one, domain) => {
    const a = { account: one.aAccount, signer: one.aSigner }
    const b = { account: one.bAccount, signer: one.bSigner }
    expect(digest(domain, 'ChannelTerms', { ...one, a, b }), one.id)
  },
  virtuals: (one, domain) => {
    expect(digest(domain, 'VirtualTerms', one), one.id)
    expect(condition({ resolver: domain.contract, id: one.id, side: 0 }), one.condition)
  },
  'channels-refused': (one) => expect(channelRefusal(one), one.code),
  'virtuals-refused': (one) => expect(virtualRefusal(one), one.code),
  conditions: (one) => expect(condition(one), one.condition),
  'lane-vouchers': signed('LaneVoucher'),
  vouchers: signed('Voucher'),
  closes: signed('Close'),
  withdrawals: signed('Withdrawal'),
  'close-requests': signed('CloseRequest'),
  sessions: signed('Session'),
  'tower-requests': signed('TowerRequest'),
  'tower-items': checkTowerItem,
  'tower-proofs': checkTowerProof,
  handshakes: checkHandshake,
  'lock-roots': (one) => {
    expect(root(one.slots, one.amounts, one.conditions), { depth: one.depth, root: one.root })
    let lowest = 0
    while (one.slots.includes(lowest)) lowest++
    expect(lowest, one.lowestFreeSlot)
  },
  'lock-proofs': (one) => expect(climb(one), { hash: one.root, rest: 0n }),
  ticks: (one) => {
    expect(hashTimes(one.seed, one.count), one.anchor)
    expect(hashTimes(one.preimage, one.index), one.anchor)
    expect(hashTimes(one.seed, one.count - one.index), one.preimage)
  },
  'voucher-values': (one) => {
    const sum = BigInt(one.amount) + BigInt(one.index) * BigInt(one.tickValue)
    expect(sum < BigInt(one.capacity) ? sum.toString() : one.capacity, one.value)
  },
  messages: (one) => {
    expect(`0x${writeEnvelope(one.envelope, one.value).toString('hex')}`, one.bytes)
    expect(readEnvelope(one.envelope, fromHex(one.bytes)), one.value)
  },
  'messages-extended': (one) => expect(readEnvelope('frame', fromHex(one.bytes)), one.value),
  'messages-refused': (one) => expect(refuses(fromHex(one.bytes)), true),
}

function expect(got, wanted) {
  if (isDeepStrictEqual(got, wanted)) return
  const show = (value) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one))
  throw new Error(`got ${show(got)}, not ${show(wanted)}`)
}

let passed = 0
const failures = []

async function attempt(name, check) {
  try {
    await check()
    passed++
  } catch (error) {
    failures.push(`${name}: ${error.message}`)
  }
}

async function verifyFile(name) {
  const { domain, cases } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const check = checks[name]
  for (const [i, one] of cases.entries()) await attempt(`${name}[${i}]`, () => check(one, domain))
  console.log(`${name}: ${cases.length}`)
}

const files = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
await attempt('the list of files', () => expect(files.toSorted(), Object.keys(checks).toSorted()))
for (const name of files.filter((file) => checks[file])) await verifyFile(name)

for (const failure of failures) console.log(`FAILED ${failure}`)
console.log(`${passed} passed, ${failures.length} failed`)
if (failures.length > 0) process.exitCode = 1
