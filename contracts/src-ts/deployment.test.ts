import { expect, it } from 'vitest'
import { plannedSluice } from '../abi/planned-sluice.ts'
import { plannedAddress } from './deployment.ts'

it('knows the address of Sluice without its code', () => {
  expect(plannedSluice).toBe(plannedAddress('Sluice'))
})
