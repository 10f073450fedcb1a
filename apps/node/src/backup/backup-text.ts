import type { Backup, BackupChannelView, BackupView } from '@sluice/engine'
import { ageText } from '../age.ts'
import { formatAmountOf } from '../cli/amount.ts'

/** A backup for people. `now`: Unix milliseconds. */
export function backupText({ domain, account, signer, madeAt }: Backup, view: BackupView, now: number): string {
  const made = new Date(Number(madeAt) * 1000).toISOString()
  const without = view.virtuals.filter(({ hasConsent }) => !hasConsent).length
  return [
    `made       ${made}, ${ageText(now / 1000 - Number(madeAt))} ago`,
    `account    ${account}`,
    `signer     ${signer}`,
    `contract   ${domain.contract} on chain ${domain.chainId}`,
    ...(view.channels.length === 0 ? ['no channels'] : view.channels.map(channelText)),
    `virtual channels  ${view.virtuals.length}${without === 0 ? '' : `, ${without} of them without consent to begin their window`}`,
    ...(view.channels.length === 0
      ? []
      : ['What was received since it was made is not in it: `sluice backup` makes a newer one.']),
  ].join('\n')
}

function channelText({ channelId, peer, token, share, locked, incoming, received }: BackupChannelView): string {
  const show = (amount: bigint) => formatAmountOf(token, amount)
  return [
    channelId,
    `  peer       ${peer}`,
    `  worth      ${show(share)}${locked === 0n ? '' : `, and what comes back of ${show(locked)} locked`}${incoming === 0n ? '' : `, and what comes of ${show(incoming)} locked for this side`}`,
    `  received   ${received === undefined ? 'nothing' : `${show(received.paid)}, by voucher ${received.seq}`}`,
  ].join('\n')
}
