import { chmodSync, renameSync, writeFileSync } from 'node:fs'
import { hexToBytes } from '@sluice/protocol'
import { withNode } from '../access/with-node.ts'
import { defineCommand } from '../cli/command.ts'
import { required } from '../cli/options.ts'
import { path } from '../cli/parse.ts'
import { engineOptions } from '../config/options.ts'
import { NodeError, problemOf } from '../errors.ts'

/** Writes a backup of a node. */
export const backupCommand = defineCommand({
  name: 'backup',
  summary: 'write what the account needs to get its money back without the signer',
  description:
    'Writes the newest vouchers, lock sets and terms of all channels. It holds no key. A backup is only worth what was known when it was written: make one after every change that matters.',
  arguments: [],
  options: { ...engineOptions, out: required('file', 'where it is written; replaced whole', path) },
  examples: ['sluice backup --out /mnt/backups/sluice.bin'],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const bytes = hexToBytes(await node.call('backup.export', {}))
      writePrivate(values.out, bytes)
      context.output.result({ path: values.out, bytes: bytes.length }, `wrote ${bytes.length} bytes to ${values.out}`)
    }),
})

function writePrivate(path: string, bytes: Uint8Array): void {
  const part = `${path}.${process.pid}`
  try {
    writeFileSync(part, bytes, { mode: 0o600, flush: true })
    chmodSync(part, 0o600)
    renameSync(part, path)
  } catch (thrown) {
    throw new NodeError('FILE_UNWRITABLE', { path, problem: problemOf(thrown) }, thrown)
  }
}
