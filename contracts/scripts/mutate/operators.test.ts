import { describe, expect, test } from 'vitest'
import { mutantsOf } from './mutants.ts'
import { mutationsOf } from './operators.ts'

const texts = (line: string, inAssembly = false) => mutationsOf(line, inAssembly).map(({ text }) => text.trim())

describe('mutationsOf', () => {
  test('makes a condition true, false, and wrong at its boundary', () => {
    expect(texts('        if (party > 1) revert WrongParty(party);')).toEqual([
      'if (party >= 1) revert WrongParty(party);',
      'if (true) revert WrongParty(party);',
      'if (false) revert WrongParty(party);',
      'if (party > 0) revert WrongParty(party);',
    ])
  })

  test('looks at conditions after else', () => {
    expect(texts('        } else if (isOver) {')).toEqual(['} else if (true) {', '} else if (false) {'])
  })

  test('drops each operand', () => {
    expect(texts('        return a != 0 && (b || f(c, d)) && e;')).toEqual([
      'return true && (b || f(c, d)) && e;',
      'return a != 0 && true && e;',
      'return a != 0 && (false || f(c, d)) && e;',
      'return a != 0 && (b || false) && e;',
      'return a != 0 && (b || f(c, d)) && true;',
      'return a != 0 && (b || f(d, c)) && e;',
      'return a != 1 && (b || f(c, d)) && e;',
    ])
  })

  test('drops the operand of a line that goes on from the last', () => {
    expect(texts('                || players[0] == players[1]')).toContain('|| false')
  })

  test('swaps neighbours in calls, also on lines of arguments', () => {
    expect(texts('        emit Closed(id, paidA, share(x, y));')).toEqual([
      'emit Closed(id, paidB, share(x, y));',
      'emit Closed(paidA, id, share(x, y));',
      'emit Closed(id, share(x, y), paidA);',
      'emit Closed(id, paidA, share(y, x));',
      '',
    ])
    expect(texts('            CLOSE_TYPE, id, amount')).toEqual(['id, CLOSE_TYPE, amount', 'CLOSE_TYPE, amount, id'])
  })

  test('leaves declarations alone', () => {
    expect(texts('        uint128 amount,')).toEqual([])
    expect(texts('    function f(uint128 a, uint128 b) internal pure {')).toEqual([])
    expect(texts('    uint256 private amount;')).toEqual([])
    expect(texts('// if (a) return;')).toEqual([])
  })

  test('takes a guard off', () => {
    expect(texts('    function f(uint128 a, uint128 b) external guarded {')).toEqual([
      'function f(uint128 a, uint128 b) external  {',
    ])
  })

  test('swaps what is chosen by more than a comparison', () => {
    expect(texts('        end = isLate ? was.end : until(terms);')).toContain('end = isLate ? until(terms) : was.end;')
  })

  test('says nothing of what a comment holds', () => {
    expect(texts('            uint64(x), // 1 + 2')).toEqual([])
  })

  test('changes offsets, sizes and comparisons in assembly', () => {
    expect(texts('            mstore(add(m, 0x20), a)', true)).toEqual(['', 'mstore(add(m, 0x21), a)'])
    expect(texts('            let m := mload(0x40)', true)).toEqual([])
    expect(texts('            ok := and(ok, gt(returndatasize(), 0x1f))', true)).toEqual([
      'ok := and(ok, lt(returndatasize(), 0x1f))',
      'ok := or(ok, gt(returndatasize(), 0x1f))',
      '',
      'ok := and(ok, gt(returndatasize(), 0x20))',
    ])
    expect(texts('                if eq(word, who) {', true)).toEqual(['if xor(word, who) {', 'if 1 {', 'if 0 {'])
  })

  test('says which of several places it changed', () => {
    const found = mutationsOf('        lanes[0] = at(0);').filter(({ text }) => text !== '')
    expect(found.map(({ what }) => what)).toEqual(["'0' -> '1' (1 of 2)", "'0' -> '1' (2 of 2)"])
  })

  test('makes no mutant twice', () => {
    const all = texts('        if (a == 0 || b == 0) return (a.a.x, a.b.x, 0, 0);')
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('mutantsOf', () => {
  const source = [
    '    function f() internal pure {',
    '        if (x) {',
    '            revert Bad();',
    '        }',
    '        assembly ("memory-safe") {',
    '            x := add(y, z)',
    '        }',
    '        x = add(y, z);',
    '    }',
  ].join('\n')

  test('knows assembly from Solidity, and tells the line', () => {
    const found = mutantsOf('src/F.sol', source)
    expect(found.filter(({ what }) => what === "'add(' -> 'sub('").map(({ line }) => line)).toEqual([6])
    expect(found.every(({ source: text }) => text !== source)).toBe(true)
  })

  test('makes no mutant of the only statement that a condition guards', () => {
    expect(mutantsOf('src/F.sol', source).some(({ line }) => line === 3)).toBe(false)
  })
})
