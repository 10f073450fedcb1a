import { bytesToHex, MAX_UINT64, MAX_UINT128 } from '../../src/primitives/bytes.ts'
import { NATIVE_TOKEN } from '../../src/primitives/hex.ts'
import { createDigests } from '../../src/signing/digests.ts'
import { hashDomain } from '../../src/signing/eip712.ts'
import type { ChannelTerms, VirtualTerms } from '../../src/terms/terms.ts'
import { signerFromKey, testCrypto } from '../../src/testing/crypto.ts'
import { developmentKeys } from '../../src/testing/keys.ts'
import type { Generated } from '../generated.ts'
import { addressOf, digests, domain, hashOf, keccak256, nonceOf, signerAt, signers } from './scene.ts'
import { vectorFile } from './vector-file.ts'

const party = (account: string, n: number) => ({ account: addressOf(account), signer: signerAt(n).address })

export const channels: readonly ChannelTerms[] = [
  {
    a: { account: signerAt(0).address, signer: signerAt(0).address },
    b: { account: signerAt(1).address, signer: signerAt(1).address },
    token: NATIVE_TOKEN,
    disputeWindow: 86_400,
    nonce: nonceOf('channel 0'),
  },
  {
    a: party('safe', 1),
    b: party('cold', 2),
    token: addressOf('usdfc'),
    disputeWindow: 60,
    nonce: nonceOf('channel 1'),
  },
  { a: party('x', 0), b: party('y', 5), token: NATIVE_TOKEN, disputeWindow: 0xffff_ffff, nonce: MAX_UINT64 },
  { a: party('x', 0), b: party('y', 5), token: NATIVE_TOKEN, disputeWindow: 0, nonce: 0n },
  {
    a: { account: '0xff00000000000000000000000000000000000400', signer: signerAt(3).address },
    b: party('provider', 4),
    token: NATIVE_TOKEN,
    disputeWindow: 604_800,
    nonce: nonceOf('channel 4'),
  },
]

export const virtuals: readonly VirtualTerms[] = [2, 3, 4, 5, 6].map((length) => ({
  path: signers.slice(0, length).map(({ address }) => address),
  token: length % 2 === 0 ? NATIVE_TOKEN : addressOf('usdfc'),
  capacity: length === 6 ? MAX_UINT128 : 10n ** BigInt(3 * length),
  disputeWindow: length === 5 ? 0xffff_ffff : 3_600,
  nonce: length === 6 ? MAX_UINT64 : nonceOf(`virtual ${length}`),
}))

const [good] = channels
const [short] = virtuals
if (good === undefined || short === undefined) throw new RangeError('terms to spoil are missing')

const channelsRefused: readonly { readonly code: string; readonly terms: ChannelTerms }[] = [
  { code: 'TERMS_SIGNERS_ORDER', terms: { ...good, a: good.b, b: good.a } },
  { code: 'TERMS_SIGNERS_ORDER', terms: { ...good, a: party('x', 0), b: party('y', 0) } },
  { code: 'TERMS_ZERO_SIGNER', terms: { ...good, a: { ...good.a, signer: NATIVE_TOKEN } } },
  { code: 'TERMS_ZERO_ACCOUNT', terms: { ...good, a: { ...good.a, account: NATIVE_TOKEN } } },
  { code: 'TERMS_ZERO_ACCOUNT', terms: { ...good, b: { ...good.b, account: NATIVE_TOKEN } } },
  { code: 'TERMS_SAME_ACCOUNT', terms: { ...good, b: { ...good.b, account: good.a.account } } },
  { code: 'TERMS_ZERO_WINDOW', terms: { ...good, disputeWindow: 0 } },
]

const virtualsRefused: readonly { readonly code: string; readonly terms: VirtualTerms }[] = [
  { code: 'TERMS_PATH_LENGTH', terms: { ...short, path: [] } },
  { code: 'TERMS_PATH_LENGTH', terms: { ...short, path: short.path.slice(0, 1) } },
  { code: 'TERMS_PATH_LENGTH', terms: { ...short, path: [0, 1, 2, 3, 4, 5, 6].map((n) => addressOf(`member ${n}`)) } },
  { code: 'TERMS_PATH_REPEATED', terms: { ...short, path: [...short.path, ...short.path.slice(0, 1)] } },
  { code: 'TERMS_ZERO_SIGNER', terms: { ...short, path: [...short.path, NATIVE_TOKEN] } },
  { code: 'TERMS_ZERO_WINDOW', terms: { ...short, disputeWindow: 0 } },
]

const flat = (terms: ChannelTerms) => ({
  aAccount: terms.a.account,
  aSigner: terms.a.signer,
  bAccount: terms.b.account,
  bSigner: terms.b.signer,
  token: terms.token,
  disputeWindow: terms.disputeWindow,
  nonce: terms.nonce,
})

const domains = [
  domain,
  { chainId: 314_159n, contract: domain.contract },
  { chainId: 314n, contract: addressOf('redeployed') },
  { chainId: (1n << 256n) - 1n, contract: NATIVE_TOKEN },
]

const request = { ids: [hashOf('some id')], deadline: 1_790_003_600n }

export const termsFiles: readonly Generated[] = [
  vectorFile(
    'domains',
    'The EIP-712 domain separator of a deployment, and the digest of a CloseRequest under it.',
    domains.map((one) => ({
      ...one,
      separator: bytesToHex(hashDomain(keccak256, one)),
      ...request,
      closeRequest: createDigests(one, testCrypto).closeRequest(request),
    })),
  ),
  vectorFile(
    'keys',
    'The well-known keys of development chains, with their addresses.',
    developmentKeys.map((key) => ({ key, address: signerFromKey(key).address })),
  ),
  vectorFile(
    'channels',
    'The id of a channel: the digest of its terms.',
    channels.map((terms) => ({ ...flat(terms), id: digests.channelId(terms) })),
  ),
  vectorFile(
    'channels-refused',
    'Terms that make no channel, and why.',
    channelsRefused.map(({ code, terms }) => ({ ...flat(terms), code })),
  ),
  vectorFile(
    'virtuals-refused',
    'Terms that make no virtual channel, and why.',
    virtualsRefused.map(({ code, terms }) => ({ ...terms, code })),
  ),
  vectorFile(
    'virtuals',
    "The id of a virtual channel: the digest of its terms. `condition`: of its lock, resolved by the domain's contract, side 0.",
    virtuals.map((terms) => {
      const id = digests.virtualId(terms)
      return { ...terms, id, condition: digests.virtualCondition(id) }
    }),
  ),
  vectorFile(
    'conditions',
    'The condition of a lock: keccak256(abi.encode(resolver, id, side)).',
    [0, 1, 255].map((side) => {
      const resolver = side === 0 ? domain.contract : addressOf(`resolver ${side}`)
      const id = hashOf(`condition ${side}`)
      return { resolver, id, side, condition: digests.condition(resolver, id, side) }
    }),
  ),
]
