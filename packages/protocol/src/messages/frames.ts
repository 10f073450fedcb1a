import { list, refine, union, unionBy, type Variants } from '../codec/composite-fields.ts'
import type { Field } from '../codec/field.ts'
import { address, bytes32, uint32, uint64 } from '../codec/value-fields.ts'
import { channelMessages } from './channel-messages.ts'
import { openStruct } from './fields/ignorable.ts'
import { laneMessages } from './lane-messages.ts'
import { MAX_HELLO_CHANNELS, MAX_HELLO_FEATURES } from './limits.ts'
import { paymentMessages } from './payment-messages.ts'
import { policyMessages } from './policy-message.ts'
import type { ChannelStanding, Frame, PeerMessage, ReliableMessage, VolatileMessage } from './types.ts'
import { virtualMessages } from './virtual-messages.ts'

const reliableMessages = { ...laneMessages, ...channelMessages, ...virtualMessages }

const reliableMessage = union<ReliableMessage>(reliableMessages)

const volatileMessages = { ...paymentMessages, ...policyMessages }

const volatileMessage = union<VolatileMessage>(volatileMessages)

/** Any message. */
export const peerMessage: Field<PeerMessage> = union<PeerMessage>({
  ...reliableMessages,
  ...volatileMessages,
})

const channelStanding = openStruct<ChannelStanding>({
  channelId: bytes32,
  sent: uint64,
  received: uint64,
  countersigned: uint64,
  held: uint64,
})

const channelStandings = refine(
  list(channelStanding, 0, MAX_HELLO_CHANNELS),
  'in ascending order of the channel, each once',
  (channels) => channels.every((channel, i) => i === 0 || (channels[i - 1]?.channelId ?? '') < channel.channelId),
)

const features = refine(list(uint32, 0, MAX_HELLO_FEATURES), 'in ascending order, each once', (numbers) =>
  numbers.every((number, i) => i === 0 || (numbers[i - 1] ?? 0) < number),
)

const frames: Variants<Frame, 'kind'> = {
  hello: openStruct({ next: uint64, oldest: uint64, account: address, features, channels: channelStandings }),
  data: openStruct({ number: uint64, message: reliableMessage }),
  ack: openStruct({ number: uint64 }),
  volatile: openStruct({ message: volatileMessage }),
}

/** Any frame. */
export const frame: Field<Frame> = unionBy<Frame, 'kind'>('kind', frames)

/** Whether there is a kind of frame or a type of message of that name. */
export function isKnownName(name: string): boolean {
  return [frames, reliableMessages, volatileMessages].some((table) => Object.hasOwn(table, name))
}
