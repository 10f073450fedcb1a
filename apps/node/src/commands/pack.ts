import { mkdirSync, statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand } from '../cli/command.ts'
import { defaulted, required } from '../cli/options.ts'
import { byteCount, path } from '../cli/parse.ts'
import { commonOptions } from '../config/options.ts'
import { NodeError, problemOf } from '../errors.ts'
import { megabytes } from '../get/progress.ts'

/** Packs a file for `provide`. */
export const packCommand = defineCommand({
  name: 'pack',
  summary: 'pack a file into a CAR that can be provided',
  description: 'Packs a file into a CAR named after its CID. The same file always gives the same CAR.',
  arguments: [{ name: 'file', description: 'the file' }],
  options: {
    ...commonOptions,
    out: required('folder', 'where the CAR goes', path),
    chunk: defaulted('bytes', 'bytes of a piece, at most 1MiB: what is paid for at once', byteCount, '1MiB'),
  },
  examples: ['sluice pack film.mp4 --out ./cars', 'sluice pack film.mp4 --out ./cars --chunk 256KiB --json'],
  run: async ({ output }, values, [name = '']) => {
    const file = readableFile(path(name, 'the file'))
    const chunkSize = Number(values.chunk)
    if (chunkSize < 1024 || chunkSize > 1024 * 1024) {
      throw new NodeError('VALUE_INVALID', {
        name: '--chunk',
        value: `${chunkSize}`,
        expected: 'between 1KiB and 1MiB',
      })
    }
    const packed = await packInto(values.out, file, chunkSize)
    const { cid, car, fileBytes, carBytes, blocks } = packed
    output.result(packed, `${cid}\n${car}: ${megabytes(carBytes)} for ${megabytes(fileBytes)} in ${blocks} blocks`)
  },
})

function readableFile(file: string): string {
  try {
    if (statSync(file).isFile()) return file
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path: file, problem: problemOf(thrown) }, thrown)
  }
  throw new NodeError('FILE_UNREADABLE', { path: file, problem: 'it is no file' })
}

async function packInto(folder: string, file: string, chunkSize: number) {
  const part = join(folder, `packing-${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (thrown) {
    throw new NodeError('FILE_UNWRITABLE', { path: folder, problem: problemOf(thrown) }, thrown)
  }
  const { packFile } = await import('@sluice/retrieval/node')
  const { root, fileSize, carSize, blocks } = await packFile(file, part, { chunkSize })
  const cid = root.toString()
  const car = join(folder, `${cid}.car`)
  await rename(part, car)
  return { cid, car, fileBytes: fileSize, carBytes: carSize, blocks }
}
