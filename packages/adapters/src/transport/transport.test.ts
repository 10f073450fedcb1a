import { expect, it } from 'vitest'
import { nodePrimitives } from './session/primitives-node.ts'
import { createParty, Recorder } from './testing/party.ts'
import { SocketTransport } from './transport.ts'

const code = (name: string) => expect.objectContaining({ code: name })

it('says that its cryptography could not be loaded, and loads it again when it is next needed', async () => {
  let loads = 0
  const transport = new SocketTransport(createParty(), {
    primitives: async () => {
      if (loads++ === 0) throw new Error('the server gave no such module')
      return nodePrimitives
    },
    dial: () => Promise.reject(new Error('nobody is dialled here')),
  })
  await expect(transport.start(new Recorder())).rejects.toThrow(code('TRANSPORT_CRYPTO_MISSING'))
  await transport.start(new Recorder())
  expect(loads).toBe(2)
  await transport.stop()
})
