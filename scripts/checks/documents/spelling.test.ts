import { expect, test } from 'vitest'
import { findUnusedWords } from './spelling.ts'

test('a word that nothing uses is told, however it is written', () => {
  const sources = [{ path: 'a.md', text: "Of Filecoin's and IPFS." }]
  expect(findUnusedWords('# Words\nFilecoin\nipfs\n', sources)).toEqual([])
  expect(findUnusedWords('Filecoin\nKeccak\n', sources)).toEqual([expect.stringContaining('Keccak')])
})
