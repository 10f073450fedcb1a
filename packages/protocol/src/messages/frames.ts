import { list, refine, struct, union, unionBy } from '../codec/composite-fields.ts'
import type { Field } from '../codec/field.ts'
import { address, bytes32, uint64 } from '../codec/value-fields.ts'
import { channelMessages } from './channel-messages.ts'
import { laneMessages } from './lane-messages.ts'
import { MAX_HELLO_CHANNELS } from './limits.ts'
import { paymentMessages } from './payment-messages.ts'
import type { ChannelStanding, Frame, PeerMessage, ReliableMessage, VolatileMessage } from './types.ts'
import { virtualMessages } from './virtual-messages.ts'

const reliableMessages = { ...laneMessages, ...channelMessages, ...virtualMessages }

const reliableMessage = union<ReliableMessage>(reliableMessages)

const volatileMessage = union<VolatileMessage>(paymentMessages)

/** Any message. */
export const peerMessage: Field<PeerMessage> = union<PeerMessage>({
  ...reliableMessages,
  ...paymentMessages,
})

const channelStanding = struct<ChannelStanding>({
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

/** Any frame. */
export const frame: Field<Frame> = unionBy<Frame, 'kind'>('kind', {
  hello: struct({ next: uint64, oldest: uint64, account: address, channels: channelStandings }),
  data: struct({ number: uint64, message: reliableMessage }),
  ack: struct({ number: uint64 }),
  volatile: struct({ message: volatileMessage }),
})
