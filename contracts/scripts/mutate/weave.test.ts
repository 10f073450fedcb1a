import { describe, expect, test } from 'vitest'
import type { Compile, Compiled } from './compile.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { keyOf, PLACEHOLDER, weave } from './weave.ts'
import { compileTogether } from './woven.ts'

const file = 'src/F.sol'

function woven(lines: readonly string[], isWanted: (mutant: Mutant) => boolean) {
  const text = ['contract F {', '    function f() internal {', ...lines, '    }', '}'].join('\n')
  const mutants = mutantsOf(file, text).filter(isWanted)
  const { source, numbers } = weave(text, mutants)
  const body = source.slice(source.indexOf('internal {') + 11, source.lastIndexOf('    }\n}'))
  return {
    body: body
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    numbers,
    mutants,
  }
}

describe('weave', () => {
  test('puts changed statements beside the original', () => {
    const { body } = woven(['        x = y - z;'], () => true)
    expect(body).toEqual([
      ...['if (WHICH_MUTANT == 1) {', 'x = y + z;', '} else', 'if (WHICH_MUTANT == 2) {', '} else'],
      ...['{', 'x = y - z;', '}'],
    ])
  })

  test('keeps what is declared in sight', () => {
    const { body } = woven(['        (uint256 x, ) = f(y, z);'], () => true)
    expect(body).toEqual([
      ...['uint256 x;', 'if (WHICH_MUTANT == 1) {', '(x, ) = f(z, y);', '} else', '{', '(x, ) = f(y, z);', '}'],
    ])
  })

  test('chooses among conditions', () => {
    const { body } = woven(['        if (x) {', '            revert();', '        }'], () => true)
    expect(body).toEqual([
      ...['if (', 'WHICH_MUTANT == 1 ? (true) :', 'WHICH_MUTANT == 2 ? (false) :', '(x)) {', 'revert();', '}'],
    ])
  })

  test('keeps statements of several lines together, and an else with its if', () => {
    const { body } = woven(['        emit A(', '            x, y', '        );'], () => true)
    expect(body).toEqual([
      ...['if (WHICH_MUTANT == 1) {', 'emit A(', 'y, x', ');', '} else', '{', 'emit A(', 'x, y', ');', '}'],
    ])
    const choice = ['        if (x) y = 2;', '        else z = 3;']
    expect(woven(choice, ({ line, what }) => line === 3 && what === 'condition -> true').body).toEqual([
      ...['if (WHICH_MUTANT == 1) {', 'if (true) y = 2;', 'else z = 3;', '} else'],
      ...['{', 'if (x) y = 2;', 'else z = 3;', '}'],
    ])
  })

  test('chooses in assembly', () => {
    const { body } = woven(['        assembly {', '            mstore(x, y)', '        }'], () => true)
    expect(body).toEqual([
      ...['assembly {', 'switch WHICH_MUTANT', 'case 1 {', '}', 'default {', 'mstore(x, y)', '}', '}'],
    ])
  })

  test('finds no place for loops, signatures and constants', () => {
    const { numbers, mutants } = woven(['        for (uint256 i; i < 9; ++i) {', '        }'], () => true)
    expect(mutants.length).toBeGreaterThan(0)
    expect(numbers.size).toBe(0)
    const text = [
      'contract F {',
      '    uint256 private constant A = 8;',
      '    function f() external guarded {',
      '    }',
    ].join('\n')
    expect(mutantsOf(file, text)).toHaveLength(2)
    expect(weave(text, mutantsOf(file, text)).numbers.size).toBe(0)
  })
})

describe('compileTogether', () => {
  const text = [
    'contract F {',
    '    function f() internal {',
    '        x = g(y, 2) - z;',
    '        y = 3;',
    '    }',
    '}',
  ].join('\n')
  const mutants = mutantsOf(file, text)
  const keys = mutants.map(keyOf)

  // a compiler that takes everything but `g(2, y)`, and whose code is the placeholder
  const compile: Compile = (_, source, way) => {
    const start = source.indexOf('g(2, y)')
    if (start !== -1) return [{ severity: 'error', type: 'TypeError', sourceLocation: { file, start } }]
    return way === 'checked' ? [] : { creation: `aa${PLACEHOLDER}`, runtime: PLACEHOLDER }
  }
  const all = (compiler: Compile, isSound: (compiled: Compiled) => boolean = () => true) => {
    const found = compileTogether(compiler, file, text, mutants, isSound)
    return keys.filter((key) => mutants.some((mutant) => keyOf(mutant) === key && found(mutant) !== undefined))
  }

  test('leaves out what does not compile, and writes numbers into the code', () => {
    const isFaulty = (key: string) => key.includes("'2, y'")
    expect(all(compile)).toEqual(keys.filter((key) => !isFaulty(key)))
    expect(keys.filter(isFaulty)).toHaveLength(1)
    const together = compileTogether(compile, file, text, mutants, () => true)
    const codes = mutants.map((mutant) => together(mutant)?.creation).filter((code) => code !== undefined)
    expect(codes).toEqual(codes.map((_, index) => `aa${(index + 1).toString(16).padStart(64, '0')}`))
  })

  test('makes two of what is too much for one', () => {
    const small: Compile = (path, source, way) =>
      way === 'quick' && source.includes('== 3')
        ? [{ severity: 'error', type: 'YulException' }]
        : compile(path, source, way)
    expect(all(small)).toEqual(all(compile))
  })

  test('weaves nothing if the tests notice the weaving', () => {
    expect(all(compile, () => false)).toEqual([])
  })
})
