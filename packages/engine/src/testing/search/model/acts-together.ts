import { type ChannelRecord, type Close, cooperativeClose, laneBalance, type Withdrawal } from '@sluice/protocol'
import type { Act, Deliver } from './acts.ts'
import type { Scene, SceneParty } from './scene.ts'

/** When what a thief signs together with others must be on chain: before all deadlines pass. Unix seconds. */
type Deadline = bigint

/** What a thief can say of a close together. */
export function* closesTogether(
  { digests }: Scene,
  party: SceneParty,
  thief: SceneParty,
  { channelId, self, out, in: received, phase }: ChannelRecord,
  deadline: Deadline,
  deliver: Deliver,
): Generator<Act> {
  const paid =
    self === 0
      ? ([out.current.paid, received.current.paid] as const)
      : ([received.current.paid, out.current.paid] as const)
  const close: Close = { channelId, ...laneBalance(paid), deadline }
  yield {
    label: `${thief.name} wants the channel with ${party.name} closed together`,
    run: (tx) =>
      deliver(tx, {
        from: thief,
        message: { type: 'close', close, signature: thief.signer.sign(digests.close(close)) },
      }),
  }
  const known = cooperativeClose(phase)
  if (known.type !== 'signed') return
  const signature = thief.signer.sign(digests.close(known.close))
  yield {
    label: `${thief.name} signs ${party.name}'s close together`,
    run(tx) {
      const answer = { type: 'signed', signature } as const
      deliver(tx, { from: thief, message: { type: 'closeAnswer', close: known.close, answer } })
    },
  }
}

/** What a thief can say of withdrawals. */
export function* withdrawals(
  { digests }: Scene,
  party: SceneParty,
  thief: SceneParty,
  { channelId, self, withdrawals: known }: ChannelRecord,
  deadline: Deadline,
  deliver: Deliver,
): Generator<Act> {
  const withdrawal: Withdrawal = { channelId, party: self === 0 ? 1 : 0, total: 1n, deadline }
  yield {
    label: `${thief.name} wants to withdraw 1 from the channel with ${party.name}`,
    run(tx) {
      const signature = thief.signer.sign(digests.withdrawal(withdrawal))
      deliver(tx, { from: thief, message: { type: 'withdraw', withdrawal, signature } })
    },
    isTaken: (_, after) =>
      after.channels.some((one) => one.withdrawals.some(({ withdrawal: { party: by } }) => by === withdrawal.party)),
  }
  for (const { type, withdrawal: own } of known) {
    if (own.party !== self || type !== 'signed') continue
    const signature = thief.signer.sign(digests.withdrawal(own))
    yield {
      label: `${thief.name} signs ${party.name}'s withdrawal`,
      run(tx) {
        const answer = { type: 'signed', signature } as const
        deliver(tx, { from: thief, message: { type: 'withdrawAnswer', withdrawal: own, answer } })
      },
    }
  }
}
