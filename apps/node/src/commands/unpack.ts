import { basename } from 'node:path'
import { defineCommand } from '../cli/command.ts'
import { flagOnly, optional } from '../cli/options.ts'
import { path } from '../cli/parse.ts'
import { commonOptions } from '../config/options.ts'
import { megabytes } from '../get/progress.ts'

/** Unpacks a CAR that was downloaded. */
export const unpackCommand = defineCommand({
  name: 'unpack',
  summary: 'unpack the file or directory that a CAR holds',
  description:
    'Writes the file, or the directory with all that is in it, that a CAR holds, each block checked against its CID. Writes over nothing: what is there has to be the same.',
  arguments: [{ name: 'car', description: 'the CAR' }],
  options: {
    ...commonOptions,
    out: flagOnly(
      optional('file', 'where the file goes (default: the name of the CAR without .car, in this folder)', path),
    ),
  },
  examples: ['sluice unpack film.car --out film.mp4', 'sluice unpack film.mp4.car --json'],
  run: async ({ output }, values, [car = '']) => {
    const { unpackInto } = await import('../get/unpack.ts')
    const source = path(car, 'the CAR')
    const unpacked = await unpackInto(source, values.out ?? path(nameOf(source), '--out'))
    output.result(unpacked, `${unpacked.path}: ${megabytes(unpacked.bytes)}`)
  },
})

/** The name of the file in a CAR, as far as the CAR's own name tells. */
function nameOf(car: string): string {
  const name = basename(car)
  return name.endsWith('.car') && name.length > 4 ? name.slice(0, -4) : `${name}.unpacked`
}
