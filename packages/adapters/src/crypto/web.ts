import { createKeyedCrypto, type KeyedCrypto } from './keyed-crypto.ts'

export type { KeyedCrypto } from './keyed-crypto.ts'

/**
 * Cryptography wherever WebAssembly runs: libsecp256k1 and keccak compiled to it. They are loaded when this is called: some 130 kB.
 *
 * @throws CryptoError `CRYPTO_SELF_TEST_FAILED`.
 */
export async function createWebCrypto(): Promise<KeyedCrypto> {
  const [{ createWasmCurve }, { createWasmKeccak }] = await Promise.all([
    import('./wasm-curve.ts'),
    import('./keccak.ts'),
  ])
  return createKeyedCrypto('libauth', await createWasmCurve(), await createWasmKeccak())
}
