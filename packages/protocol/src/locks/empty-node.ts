import { ProtocolError } from '../errors.ts'
import { hexToBytes } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'
import { HASH_BYTES, type HashText, toHashText } from './hash-text.ts'

/**
 * The hash of a subtree without locks, by its depth 0 to 31: 32 zero bytes, then each the node of two of the one before.
 * Written out, so that no state has to carry them and nobody has to hash them; a test computes them.
 */
const EMPTY_HASHES: readonly Hex[] = [
  '0x0000000000000000000000000000000000000000000000000000000000000000',
  '0xc07a1e8b7e0057673fdc2affe190d8a960c5fe615663f27b7ce84f3d93ef92a6',
  '0xfd47517474a597637d54038a0663d1d03b931b238de06b73e3c12cf443de6e8d',
  '0x47a8f5e8fa70be2760378067c9c6d410dd96be07820b4230c11254c7ff10c298',
  '0xaed19ca4bfe2365b1b33fa94744cd0c6a2d550506c7e7efc073879cb79459b9a',
  '0x6e6998a7da8b2db5c98eb853099d8caec63797b5283b7dac37b2ffb630a86e24',
  '0x181c19735bff23b55bc295fc0b60c1c5c7288209b261a08e26924598ce72404e',
  '0xecb408b290ab2920e63611ef1e8ca964aebb66ea5739f19d24b92094f28e44f8',
  '0x294bf9785e1391d24d52abf915636a73bdaa12ed29e85e21dae14c09d0f2e34b',
  '0xcf7e37a934683edec795e3529db8fac0863519c2419ba24c0f6e4efa86ec7d1a',
  '0x72ce48cca9bc743fed84a0bdc00ad2c5b540323849c982f671a9bd8d52d15719',
  '0x0e2d7d0b695fdcd9dc6c54313ae652218375c3358d34ade3dcc49dda05c0db10',
  '0xa0a786a71d24007a23f5ce21e6997a305baeefaf348937a8b74974cb039c10c8',
  '0x0628cb6496193e6a55ece4a8240384e142273eeb9cc4bdae680f971fd1929f10',
  '0x2c3b833a3ca9d6f02055871655dd18f003a279f84a334bf6050899a9bc1cedc3',
  '0x1a6c5e9fd899efca64c2aca6243434b423d791f92a839c0c92ce0a5a51a07234',
  '0xa9942b0fabdf9bf32241f8245eb26737ffbd91822ac484ae857fc35d21fb652f',
  '0x7e4206a110a8721cc68455c35400b056251398dfcf98b04aeee19549bfd2122f',
  '0xbfb429bfebb3aa270012d8063896d205bfd8ce116e4a304335bd59e9471f9fcc',
  '0xe22fa8fff28cfb1f3664382ced6d3f1d634ef2851c10b1dce18c57c957985bf9',
  '0xd29bf231e30afb5cd1bc01d214e905c60c87533bf967a94877b3843bb0bdef5d',
  '0x146d57f70bcb580465116619359a35ece364f17e8d56524b5eee8bf6b8ebfdf6',
  '0xcdbc0759e847f96beb000c3cc51e30f8b2ccac5dcc5c409fea938a3345f8b603',
  '0x86e4b0792326c35995f1563b0d8f99fc38b0348a356e149c04b2783d5bd4cfb8',
  '0x45965170d4d5afdbc7dd54ef3beb044e3a61bdc1a96a4d31beaaee6b75a3f063',
  '0xb4603e46f0de988e62ff27b69f4d393a18f5ed31ea265fee69e73dc4eeddc902',
  '0xb394b29ffe4175348b892c892e0eee5e565c83ebbe247de17cd9bf999d75d2b7',
  '0xad44e31db4754e01afbb20b8aceb34ce5ef195a9701a7115326091c4fedb5a44',
  '0x0bf2ca8aa236c35d3e7bd0ba97c8e772194462c90b5bb6caea4774e4100e95ef',
  '0xde0aa4f414066517b910862d802e616c418bf24150940c3b74b46e6a4e84b15a',
  '0x5368cf00e43190f04a959a2bfd87d648b02bb4494a00b755c1198da350e04cdb',
  '0x223c1c9f16dfa65bdc98bd2ff419b6f1c47596c3f1eed71c5a3d3c2a3c33f99b',
]

const EMPTY_NODES: readonly HashText[] = EMPTY_HASHES.map((hash) => toHashText(hexToBytes(hash, HASH_BYTES)))

/** The hash of a subtree of this depth without locks. */
export function emptyNode(depth: number): HashText {
  const hash = EMPTY_NODES[depth]
  if (hash === undefined)
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field: 'depth', value: depth, max: EMPTY_NODES.length - 1 })
  return hash
}
