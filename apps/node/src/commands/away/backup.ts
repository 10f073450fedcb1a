import { hexToBytes } from '@sluice/protocol'
import { withNode } from '../../access/with-node.ts'
import { defineCommand } from '../../cli/command.ts'
import { required } from '../../cli/options.ts'
import { path } from '../../cli/parse.ts'
import { commonOptions, engineOptions } from '../../config/options.ts'

const fileArgument = { name: 'file', description: 'the backup' }

/** Reading a backup takes the engine, which help does without. */
const loadReading = () => import('../../backup/read-file.ts')

const write = defineCommand({
  name: 'backup',
  summary: 'write what the account needs to get its money back without the signer',
  description:
    'Writes the newest vouchers, lock sets and terms of all channels. It holds no key. A backup is only worth what was known when it was written: make one after every change that matters, or let the node do it: --backup-folder and --backup-command of `sluice node`, `hub` and `provide`.',
  arguments: [],
  options: { ...engineOptions, out: required('file', 'where it is written; replaced whole', path) },
  examples: ['sluice backup --out /mnt/backups/sluice.bin'],
  run: (context, values) =>
    withNode(context, values, async (node) => {
      const bytes = hexToBytes(await node.call('backup.export', {}))
      const { writePrivate } = await import('../../backup/write-private.ts')
      writePrivate(values.out, bytes)
      context.output.result({ path: values.out, bytes: bytes.length }, `wrote ${bytes.length} bytes to ${values.out}`)
    }),
})

const show = defineCommand({
  name: 'backup show',
  summary: 'show what is in a backup and what it is worth',
  description:
    'Shows whose a backup is, when it was made, and what its account gets by it, channel by channel, as of that moment. Needs neither the chain nor a key.',
  arguments: [fileArgument],
  options: commonOptions,
  examples: ['sluice backup show /mnt/backups/sluice.bin'],
  run: async ({ output }, _values, [file = '']) => {
    const [{ readBackupFile }, { backupView }, { backupText }] = await Promise.all([
      loadReading(),
      import('@sluice/engine'),
      import('../../backup/backup-text.ts'),
    ])
    const { backup, crypto } = await readBackupFile(path(file, 'the file'))
    const { domain, account, signer, madeAt } = backup
    const view = backupView(backup, crypto)
    output.result({ ...domain, account, signer, madeAt, ...view }, backupText(backup, view, Date.now()))
  },
})

const submit = defineCommand({
  name: 'backup submit',
  summary: 'get the money of a backup back on chain, by the key of its account',
  description:
    'Closes everything that a backup holds: starts the closes, shows the newest vouchers, settles after the dispute windows and unlocks what is left, until final blocks leave nothing. The key (--data, or SLUICE_KEY) is that of the account, which pays the gas; the signer is not needed. It takes as long as the windows; interrupted, it goes on at the next run. Never run it while a node with the same key runs.',
  arguments: [fileArgument],
  options: engineOptions,
  examples: ['sluice backup submit /mnt/backups/sluice.bin --chain https://rpc.example --data account'],
  run: async (context, values, [file = '']) => {
    const [{ readBackupFile }, { submitBackup }] = await Promise.all([loadReading(), import('../../backup/submit.ts')])
    const { backup } = await readBackupFile(path(file, 'the file'))
    let told = ''
    const standing = await submitBackup(context, values, backup, ({ channels, waiting }) => {
      const text = channels.map(({ channelId, status }) => `${channelId.slice(0, 10)} ${status}`).join(', ')
      if (text === told) return
      told = text
      context.output.event('standing', { channels, waiting }, text)
    })
    context.output.result(
      { account: backup.account, channels: standing.channels },
      standing.channels.length === 0
        ? 'the backup holds no channel: nothing was to be done'
        : `done: final blocks leave nothing of ${backup.account} in ${standing.channels.length} channels`,
    )
  },
})

/** Backups: writing, looking, leaving by one. */
export const backupCommands = [write, show, submit]
