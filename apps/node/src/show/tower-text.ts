import type { Id } from '@sluice/protocol'
import { ageText } from '../age.ts'
import { formatAmount } from '../cli/amount.ts'
import type { Coverage } from '../tower/coverage.ts'

/** A hired tower in a line. `now`: Unix milliseconds. */
export function towerText({ url, channels, coveredAt, provenAt, balance, problem }: Coverage, now: number): string {
  const ago = (at: number) => `${ageText((now - at) / 1000)} ago`
  return [
    url,
    coveredAt === undefined ? 'covers nothing yet' : `covers ${channels.length} channels as of ${ago(coveredAt)}`,
    ...(provenAt === undefined ? [] : [`showed that it holds all ${ago(provenAt)}`]),
    ...(balance === undefined ? [] : [`${formatAmount(balance)} left for gas`]),
    ...(problem === undefined ? [] : [problem]),
  ].join(', ')
}

/** By whom a channel is covered, as a line of its own; none where no tower is hired. */
export function coverLines(towers: readonly Coverage[], channelId: Id, now: number): readonly string[] {
  if (towers.length === 0) return []
  const covering = towers.filter(({ channels, coveredAt }) => coveredAt !== undefined && channels.includes(channelId))
  const texts = covering.map(({ url, coveredAt = now }) => `${url} as of ${ageText((now - coveredAt) / 1000)} ago`)
  return [`  covered    ${texts.length === 0 ? 'by no watchtower' : `by ${texts.join(', ')}`}`]
}
