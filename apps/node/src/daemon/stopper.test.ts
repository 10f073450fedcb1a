import { expect, test } from 'vitest'
import { createStopper } from './stopper.ts'

test('stops the newest first, once, and goes on after a failure', async () => {
  const stopper = createStopper()
  const stopped: string[] = []
  stopper.add(() => void stopped.push('store'))
  stopper.add(async () => {
    stopped.push('server')
    throw new Error('the server did not stop')
  })
  stopper.add(() => void stopped.push('rpc'))
  await expect(stopper.stop()).rejects.toThrow('the server did not stop')
  await expect(stopper.stop()).rejects.toThrow('the server did not stop')
  expect(stopped).toEqual(['rpc', 'server', 'store'])
})
