// Code of others that the tests put beside our contracts: the genuine one, as their packages hold it.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)

const bytecodeIn = (path: string): string => (JSON.parse(readFileSync(path, 'utf8')) as { bytecode: string }).bytecode

/** Permit2's runtime code. */
function permit2(): string {
  const interfaces = dirname(resolve('@1inch/solidity-utils/contracts/interfaces/IPermit2.sol'))
  return bytecodeIn(join(interfaces, '..', '..', 'dist', 'src', 'permit2.json'))
}

/** By the names of the environment variables in which forge's tests look for it. */
export function foreignCode(): Record<string, string> {
  const safe = join(dirname(resolve('@safe-global/safe-contracts/package.json')), 'build/artifacts/contracts')
  return {
    PERMIT2_CODE: permit2(),
    SAFE_CODE: bytecodeIn(join(safe, 'Safe.sol/Safe.json')),
    SAFE_FACTORY_CODE: bytecodeIn(join(safe, 'proxies/SafeProxyFactory.sol/SafeProxyFactory.json')),
    SAFE_HANDLER_CODE: bytecodeIn(
      join(safe, 'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json'),
    ),
  }
}
