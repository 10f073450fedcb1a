import { expect, it } from 'vitest'
import { findUndocumented } from './natspec.ts'

const header = '// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n'

function findingsOf(body: string): string[] {
  const source = `${header}/// @title C\n/// @notice C.\ncontract C {\n${body}\n}\n`
  return findUndocumented({ 'src/C.sol': source })
}

it('finds nothing where everything is said', () => {
  const body = `
    /// @notice Thrown.
    /// @param who By whom.
    error Thrown(address who);
    /// @notice Told.
    /// @param who By whom.
    event Told(address who);
    /// @notice Whether it is.
    /// @param a One.
    /// @param b Another.
    /// @return The answer.
    function f(uint256 a, uint256 b) external pure returns (bool) { return a == b; }
    // no more than a remark
    function g(uint256 a) private pure returns (uint256) { return a; }`
  expect(findingsOf(body)).toEqual([])
})

it.each([
  ['/// @notice F.\nfunction f(uint256 a) internal {}', 'f: no @param a'],
  ['/// @notice F.\n/// @param ab One.\nfunction f(uint256 ab, uint256 a) internal {}', 'f: no @param a'],
  ['/// @param a One.\nfunction f(uint256 a) internal {}', 'f: no @notice'],
  ['/// @notice F.\nfunction f() external pure returns (bool) { return true; }', 'f: no @return'],
  ['/// @notice F.\nfunction f() external pure returns (bool ok) { return true; }', 'f: no @return ok'],
  ['/// @notice E.\nerror E(address who);', 'E: no @param who'],
  ['/// @notice E.\nevent E(address who);', 'E: no @param who'],
  ['/// @notice S.\nstruct S { uint256 a; }', 'S: no @param a'],
  ['uint256 public x;', 'x: no @notice'],
  ['/// @notice Makes it.\nconstructor(uint256 a) {}', 'constructor: no @param a'],
])('finds what is missing of %s', (body, lack) => {
  const found = findingsOf(body).filter((finding) => !finding.startsWith('Warning'))
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^src\/C\.sol:\d+ /)
  expect(found[0]).toContain(lack)
})

it('tells warnings of the compiler, and errors', () => {
  expect(
    findingsOf('/// @notice F.\n/// @param a One.\nfunction f(uint256 a) internal pure { uint256 x = 1; x; }').join(),
  ).toContain('Unused')
  expect(findingsOf('/// @notice F.\n/// @param b One.\nfunction f() internal pure {}').join()).toContain(
    'DocstringParsing',
  )
})

it('finds comments that silence tools', () => {
  const body = '// forge-lint: disable-next-line(block-timestamp)\nuint256 private x = block.timestamp;'
  expect(findingsOf(body).join()).toContain('told to be silent')
})
