// `npm run prove -w contracts [-- halmos arguments]`: proves the claims in test/proofs/Symbolic*.t.sol at full width. Needs
// halmos, which is no npm package: `pipx install halmos`.

import { callerOfForge } from './tools/foundry.ts'

const BUILD = 'cache/prove'

// compiles nothing but the claims and what they are about, and leaves the build that tests use as it is
const settings = {
  FOUNDRY_SRC: 'test/proofs',
  FOUNDRY_TEST: 'test/proofs',
  FOUNDRY_OUT: BUILD,
  FOUNDRY_CACHE_PATH: `${BUILD}/cache`,
}

const args = ['--match-contract', '^Symbolic', '--forge-build-out', BUILD, '--no-status', ...process.argv.slice(2)]
process.exitCode = callerOfForge('halmos', args, settings)
