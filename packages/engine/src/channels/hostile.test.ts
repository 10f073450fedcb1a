import type { ChannelTerms, Close, Hex, ReliableMessage, Withdrawal } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Puppet, type PuppetChannel } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

let world: World
let bob: Party
let puppet: Puppet
let channel: PuppetChannel

beforeEach(async () => {
  world = createWorld({ seed: 9, parties: { bob: { money: 10_000n, policy: { channelsPerPeerMax: 2 } } } })
  bob = world.party('bob')
  await world.start()
  puppet = new Puppet(world, 'puppet', world.signerOf(101))
  await puppet.start()
  await puppet.connect(bob)
  channel = await puppet.open(bob, 1000n)
})

afterEach(() => world.stop())

const seconds = () => BigInt(Math.floor(world.scheduler.now() / 1000))
const say = async (message: ReliableMessage) => {
  puppet.send(bob.address, message)
  await world.scheduler.runFor(200)
}
const pay = (amount: bigint) => puppet.update(channel, [{ type: 'pay', amount }])
const refusals = () => puppet.heardOf('refuse').map(({ code }) => code)
const view = () => bob.engine.channels().find(({ channelId }) => channelId === channel.channelId)

describe('a peer that shows an old voucher', () => {
  it('is answered with the newest, and pays what it owes', async () => {
    const old = await pay(100n)
    await world.scheduler.runFor(1_000)
    const [countersigned] = puppet.heardOf('countersign')
    expect(countersigned?.seq).toBe(old.voucher.seq)
    await pay(200n)
    const voucher = {
      voucher: old.voucher,
      payerSignature: old.signature,
      ...(countersigned && { receiverSignature: countersigned.signature }),
    }
    world.chain.submit(puppet.address, { type: 'startClose', terms: channel.terms, voucher })
    await world.scheduler.runUntil('bob to have its money', () => bob.money === 10_300n, 120_000)
    await world.scheduler.runUntil('it to be over', () => view()?.status === 'closed', 60_000)
  })
})

describe('a payee that shows an old voucher of the lane it receives', () => {
  it('is answered with the newest that it countersigned', async () => {
    await world.finish(bob.engine.topUp(channel.channelId, 1000n))
    const path = { payee: puppet.address, hubs: [], token: channel.terms.token, capacity: 300n, first: 0n }
    const opening = (await world.finish(bob.engine.openVirtual(path))).virtualId
    await world.scheduler.runFor(200)
    const added = puppet.heardOf('update').at(-1)?.update
    if (added === undefined) throw new Error('the add was sent')
    const answer = async (update: typeof added) => {
      const { channelId, lane, seq } = update.voucher
      await say({ type: 'accepted', channelId, lane, seq })
      puppet.countersign(update, bob)
      await world.scheduler.runFor(200)
    }
    await answer(added)
    await say({ type: 'claim', virtualId: opening })
    const folded = puppet.heardOf('update').at(-1)?.update
    if (folded === undefined || folded === added) throw new Error('the fold was sent')
    expect(folded.operations).toEqual([{ type: 'fold', lockId: opening, amount: 0n }])
    await answer(folded)
    const voucher = { voucher: added.voucher, payerSignature: added.signature }
    world.chain.submit(puppet.address, { type: 'startClose', terms: channel.terms, voucher })
    const lane = added.voucher.lane
    const shown = () => world.chain.ledger.channels.get(channel.channelId)?.lanes[lane]
    await world.scheduler.runUntil('the newest to be shown', () => shown()?.seq === folded.voucher.seq, 10_000)
    expect(shown()).toMatchObject({ locked: 0n })
    await world.scheduler.runUntil('bob to have its money', () => bob.money === 10_000n, 120_000)
  })
})

describe('a payer that neither folds nor answers', () => {
  it('is left by the chain: first for the virtual channel, then for the channel', async () => {
    const minute = BigInt(Math.floor(world.scheduler.now() / 60_000))
    const path = [puppet.address, bob.address]
    const terms = { path, token: channel.terms.token, capacity: 300n, disputeWindow: 10, nonce: (minute << 32n) + 1n }
    const virtualId = world.chain.digests.virtualId(terms)
    await puppet.update(channel, [{ type: 'add', terms, memo: { until: [seconds() + 300n], fees: [] } }])
    puppet.send(bob.address, { type: 'voucher', terms, signed: puppet.pay(virtualId, 100n) })
    await world.scheduler.runFor(200)
    expect(bob.engine.virtuals()).toMatchObject([{ status: 'open', amount: 100n }])
    const closing = bob.engine.closeVirtual(virtualId)
    await world.scheduler.runUntil('bob to have what it was paid', () => bob.money === 10_100n, 200_000)
    expect((await world.finish(closing)).status).toBe('closed')
    await world.scheduler.runUntil('the channel to be over', () => view()?.status === 'closed', 60_000)
  })
})

describe('a channel that was agreed and never paid into', () => {
  it('is forgotten once its id cannot come back, and one with a deposit is not', async () => {
    const empty = await puppet.open(bob, 0n)
    const known = () => bob.engine.channels().map(({ channelId }) => channelId)
    expect(known()).toContain(empty.channelId)
    await world.scheduler.runFor((2 * bob.policy.nonceAgeMax * 60 + bob.policy.chainLag + 60) * 1000)
    expect(known()).toEqual([channel.channelId])
  })
})

describe('a close together', () => {
  const signed = (close: Partial<Close>): ReliableMessage => {
    const whole: Close = {
      channelId: channel.channelId,
      from: channel.lane,
      amount: 0n,
      deadline: seconds() + 60n,
      ...close,
    }
    return { type: 'close', close: whole, signature: puppet.signer.sign(world.chain.digests.close(whole)) }
  }
  const answers = () =>
    puppet.heardOf('closeAnswer').map(({ answer }) => (answer.type === 'signed' ? 'signed' : answer.code))

  it('is signed only for what the lanes come to, and not for long', async () => {
    await pay(100n)
    await say(signed({ amount: 0n }))
    await say(signed({ amount: 99n }))
    await say(signed({ amount: 100n, from: channel.lane === 0 ? 1 : 0 }))
    await say(signed({ amount: 100n, deadline: seconds() + 100_000n }))
    expect(answers()).toEqual(['CLOSE_AMOUNT_WRONG', 'CLOSE_AMOUNT_WRONG', 'CLOSE_AMOUNT_WRONG', 'DEADLINE_FAR'])
    await say({ ...signed({ amount: 100n }), signature: `0x${'11'.repeat(65)}` } as ReliableMessage)
    expect(answers()).toHaveLength(4)
    await say(signed({ amount: 100n }))
    expect(answers().at(-1)).toBe('signed')
  })

  it('binds until the last deadline that was signed, however often it is asked for', async () => {
    world.chain.lossRate = 1
    await say(signed({ deadline: seconds() + 10n }))
    await say(signed({ deadline: 1n << 40n }))
    await say(signed({ deadline: seconds() + 60n }))
    expect(answers()).toEqual(['signed', 'DEADLINE_FAR', 'signed'])
    await world.scheduler.runFor(30_000)
    await pay(100n)
    expect(refusals()).toEqual(['CHANNEL_CLOSING'])
    await world.scheduler.runFor(60_000)
    await pay(100n)
    expect(view()).toMatchObject({ status: 'open', paid: { received: 100n } })
  })

  it('binds until a final block is past its deadline, and no longer', async () => {
    await pay(100n)
    world.chain.lossRate = 1
    await say(signed({ amount: 100n, deadline: seconds() + 20n }))
    await pay(1n)
    expect(refusals()).toEqual(['CHANNEL_CLOSING'])
    await say(signed({ amount: 99n }))
    await say(signed({ amount: 100n, deadline: seconds() + 10n }))
    expect(answers()).toEqual(['signed', 'CLOSE_DIFFERS', 'signed'])
    await world.scheduler.runFor(30_000)
    await pay(1n)
    expect(refusals()).toHaveLength(1)
    expect(view()).toMatchObject({ status: 'open', paid: { received: 101n } })
  })

  it('is answered only once nothing of the own lane is under way', async () => {
    await world.finish(bob.engine.topUp(channel.channelId, 1000n))
    const path = { payee: puppet.address, hubs: [], token: channel.terms.token, capacity: 300n, first: 0n }
    const { virtualId } = await world.finish(bob.engine.openVirtual(path))
    await world.scheduler.runFor(200)
    const accept = async () => {
      const { channelId, lane, seq } = puppet.heardOf('update').at(-1)?.update.voucher ?? { ...channel, seq: 0n }
      await say({ type: 'accepted', channelId, lane, seq })
    }
    await accept()
    await say({ type: 'claim', virtualId })
    expect(puppet.heardOf('update')).toHaveLength(2)
    await say(signed({ amount: 0n }))
    expect(answers()).toEqual([])
    await accept()
    await world.scheduler.runFor(3_000)
    expect(answers()).toEqual(['signed'])
  })

  it('is executed by whoever has both signatures, when the deadline comes near', async () => {
    await pay(100n)
    await say(signed({ amount: 100n, deadline: seconds() + 20n }))
    await world.scheduler.runUntil('bob to have its money', () => bob.money === 10_100n, 60_000)
  })
})

describe('a withdrawal', () => {
  const signed = (withdrawal: Partial<Withdrawal>): ReliableMessage => {
    const { channelId, lane } = channel
    const whole: Withdrawal = { channelId, party: lane, total: 100n, deadline: seconds() + 60n, ...withdrawal }
    return { type: 'withdraw', withdrawal: whole, signature: puppet.signer.sign(world.chain.digests.withdrawal(whole)) }
  }
  const answers = () =>
    puppet.heardOf('withdrawAnswer').map(({ answer }) => (answer.type === 'signed' ? 'signed' : answer.code))

  it('is signed for what is spendable, one at a time, of its own side', async () => {
    await pay(300n)
    await say(signed({ total: 701n }))
    await say(signed({ party: channel.lane === 0 ? 1 : 0 }))
    await say(signed({ deadline: seconds() + 100_000n }))
    await say(signed({ total: 0n }))
    await say(signed({ total: 700n }))
    await say(signed({ total: 600n }))
    expect(answers()).toEqual([
      'WITHDRAW_TOO_MUCH',
      'WITHDRAW_REFUSED',
      'DEADLINE_FAR',
      'WITHDRAW_TOO_MUCH',
      'signed',
      'WITHDRAW_PENDING',
    ])
  })

  it('counts as spent from the signature on, until a final block is past its deadline', async () => {
    await say(signed({ total: 800n, deadline: seconds() + 60n }))
    await pay(300n)
    await world.scheduler.runFor(20_000)
    expect(refusals()).toEqual(['LANE_OVERSPENT'])
    await world.scheduler.runFor(60_000)
    await pay(300n)
    expect(refusals()).toHaveLength(1)
    expect(view()).toMatchObject({ paid: { received: 300n } })
  })

  it('of this side, that the peer never signs, is given up once it has expired', async () => {
    await world.finish(bob.engine.topUp(channel.channelId, 500n))
    const asked = world.finish(bob.engine.withdraw(channel.channelId, 500n))
    await expect(asked).rejects.toMatchObject({ code: 'WITHDRAW_EXPIRED' })
    expect(view()?.spendable.own).toBe(500n)
  })
})

describe('an answer that says no', () => {
  const refuse = async (ask: () => Promise<unknown>, answer: () => ReliableMessage) => {
    const asked = ask().then(
      () => 'done',
      (error) => error,
    )
    await world.scheduler.runFor(200)
    await say(answer())
    return world.finish(asked)
  }

  it('to a withdrawal is told at once', async () => {
    await world.finish(bob.engine.topUp(channel.channelId, 500n))
    const outcome = await refuse(
      () => bob.engine.withdraw(channel.channelId, 100n),
      () => {
        const asked = puppet.heardOf('withdraw').at(-1)?.withdrawal
        if (asked === undefined) throw new Error('bob asked')
        return { type: 'withdrawAnswer', withdrawal: asked, answer: { type: 'refused', code: 'NOT_TODAY' } }
      },
    )
    expect(outcome).toMatchObject({ code: 'WITHDRAW_REFUSED', details: { code: 'NOT_TODAY' } })
    expect(view()?.spendable.own).toBe(400n)
  })

  it('to a close that is only wanted together is told at once, and the channel stays', async () => {
    const outcome = await refuse(
      () => bob.engine.closeChannel(channel.channelId, 'cooperative'),
      () => {
        const asked = puppet.heardOf('close').at(-1)?.close
        if (asked === undefined) throw new Error('bob asked')
        return { type: 'closeAnswer', close: asked, answer: { type: 'refused', code: 'NOT_TODAY' } }
      },
    )
    expect(outcome).toMatchObject({ code: 'CLOSE_REFUSED', details: { code: 'NOT_TODAY' } })
    await world.scheduler.runFor(90_000)
    expect(view()?.status).toBe('open')
  })

  it('never comes to a proposal, which is given up', async () => {
    const options = { peer: puppet.address, token: channel.terms.token, deposit: 100n }
    const asked = world.finish(bob.engine.openChannel({ ...options, url: puppet.url }))
    await expect(asked).rejects.toMatchObject({ code: 'CHANNEL_UNANSWERED' })
    expect(bob.engine.channels()).toHaveLength(1)
    expect(bob.money).toBe(10_000n)
  })
})

describe('a proposal', () => {
  const rejected = () => puppet.heardOf('reject').map(({ code }) => code)
  const propose = (changes: Partial<ChannelTerms>) => say({ type: 'propose', terms: { ...channel.terms, ...changes } })

  it('is rejected with a reason when the policy or the rules forbid it', async () => {
    const { terms } = channel
    const stranger: Hex = `0x${'77'.repeat(20)}`
    await propose({ nonce: terms.nonce + 1n, disputeWindow: 1 })
    await propose({ nonce: terms.nonce - (60n << 32n) })
    await propose({ nonce: terms.nonce + (1000n << 32n) })
    await propose({ nonce: terms.nonce + 1n, a: terms.b, b: terms.a })
    await propose({
      nonce: terms.nonce + 1n,
      a: { ...terms.a, account: stranger },
      b: { ...terms.b, account: `0x${'78'.repeat(20)}` },
    })
    await propose({ nonce: terms.nonce + 1n, b: { ...terms.b, account: terms.a.account } })
    await propose({ nonce: terms.nonce + 1n, a: { account: stranger, signer: `0x${'00'.repeat(19)}01` } })
    expect(rejected()).toEqual([
      'CHANNEL_PROPOSAL_REFUSED',
      'ADD_NONCE_AGE',
      'ADD_NONCE_AHEAD',
      'TERMS_SIGNERS_ORDER',
      'CHANNEL_PROPOSAL_REFUSED',
      'TERMS_SAME_ACCOUNT',
      'CHANNEL_PROPOSAL_REFUSED',
    ])
    await propose({ nonce: terms.nonce + 1n })
    await propose({ nonce: terms.nonce + 2n })
    expect(rejected()).toHaveLength(8)
    expect(bob.engine.channels()).toHaveLength(2)
  })

  it('in a token that the policy does not name is rejected with the tokens that are taken', async () => {
    const token: Hex = `0x${'70'.repeat(20)}`
    await propose({ nonce: channel.terms.nonce + 1n, token })
    const rejections = puppet.heardOf('reject')
    expect(rejections).toMatchObject([{ code: 'CHANNEL_TOKEN_REFUSED' }])
    expect(rejections[0]?.text).toBe(`channels in the token ${token} are not taken here, only in native`)
    expect(bob.engine.channels()).toHaveLength(1)
  })

  it('is agreed to again when it is made again, and nothing is lost by it', async () => {
    await pay(100n)
    await propose({})
    expect(puppet.heardOf('agree')).toHaveLength(2)
    expect(view()).toMatchObject({ paid: { received: 100n } })
  })

  it('of an id that the chain knows is rejected, unless nothing but deposits happened to it', async () => {
    const terms = { ...channel.terms, nonce: channel.terms.nonce + 9n }
    const closed = { ...terms, nonce: terms.nonce + 1n }
    for (const each of [terms, closed]) {
      world.chain.submit(puppet.address, { type: 'deposit', terms: each, party: 0, amount: 1n })
    }
    await world.scheduler.runFor(2_000)
    world.chain.submit(puppet.address, { type: 'startClose', terms: closed })
    await world.scheduler.runFor(2_000)
    await propose({ nonce: closed.nonce })
    expect(rejected()).toEqual(['ADD_ID_SEEN'])
    await propose({ nonce: terms.nonce })
    expect(rejected()).toHaveLength(1)
    expect(puppet.heardOf('agree')).toHaveLength(2)
  })
})
