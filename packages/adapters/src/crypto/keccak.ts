import type { Keccak256 } from '@sluice/protocol'
import { createKeccak } from 'hash-wasm'

/** Keccak-256 in WebAssembly over one reused hasher; it is ready once this resolves and synchronous from then on. */
export async function createWasmKeccak(): Promise<Keccak256> {
  const hasher = await createKeccak(256)
  return (bytes) => hasher.init().update(bytes).digest('binary')
}
