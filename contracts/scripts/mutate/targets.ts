// What is compiled and tested to see whether a mutant is noticed.

import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'

/** A contract that tests reach by its artifact, and the tests that do. */
export interface Target {
  contract: string
  /** Its file, relative to the contracts folder. */
  root: string
  /** Filters of `forge test`, one run for each until a test fails: the quick tests first. */
  tests: readonly (readonly string[])[]
  /** Whether it is only a way for tests to reach libraries: it has nothing to say about what is deployed. */
  isHarness: boolean
}

/** In the order in which they are tried: what compiles quickly first. */
const targets: readonly Target[] = [
  {
    contract: 'Harness',
    root: 'test/support/Harness.sol',
    tests: [['--match-path', 'test/{libraries/*,Vectors.t.sol}']],
    isHarness: true,
  },
  {
    contract: 'HashLockResolver',
    root: 'src/resolvers/HashLockResolver.sol',
    tests: [['--match-path', 'test/resolvers/{HashLock,TwoHops}.t.sol']],
    isHarness: false,
  },
  {
    contract: 'AppResolver',
    root: 'src/resolvers/AppResolver.sol',
    tests: [['--match-path', 'test/resolvers/App.t.sol']],
    isHarness: false,
  },
  {
    contract: 'AssetVault',
    root: 'src/vault/AssetVault.sol',
    tests: [['--match-path', 'test/vault/*']],
    isHarness: false,
  },
  {
    contract: 'Sluice',
    root: 'src/Sluice.sol',
    // a star matches slashes as well: folders are told from files by their small letters
    tests: [
      ['--match-path', 'test/[A-Z]*.t.sol'],
      ['--match-path', 'test/invariant/*'],
    ],
    isHarness: false,
  },
]

/** The targets that a file is part of. */
export function targetsOf(file: string): Target[] {
  return targets.filter((target) => sourcesOf(target).has(file))
}

/** A target's sources, by path relative to the contracts folder. */
export function sourcesOf({ root }: Target): Map<string, string> {
  const sources = new Map<string, string>()
  const read = (path: string) => {
    if (sources.has(path)) return
    const text = readFileSync(join(contractsFolder, path), 'utf8')
    sources.set(path, text)
    for (const [, imported = ''] of text.matchAll(/from "(\..+?)";/g)) {
      read(normalize(join(dirname(path), imported)).replaceAll('\\', '/'))
    }
  }
  read(root)
  return sources
}
