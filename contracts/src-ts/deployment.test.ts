import { describe, expect, it } from 'vitest'
import { plannedSluice } from '../abi/planned-sluice.ts'
import { deploymentPlan, deploymentSalt, plannedAddress, plannedContract } from './deployment.ts'

it('knows the address of Sluice without its code', () => {
  expect(plannedSluice).toBe(plannedAddress('Sluice'))
})

describe('an instance by a salt', () => {
  const salt = `0x${'51'.repeat(32)}` as const

  it('has the same code at addresses of its own, which follow from the salt alone', () => {
    const [common, instance] = [deploymentPlan(), deploymentPlan(salt)]
    expect(deploymentPlan(deploymentSalt)).toEqual(common)
    expect(new Set([...common, ...instance].map(({ address }) => address)).size).toBe(common.length + instance.length)
    for (const name of ['Sluice', 'AppResolver', 'HashLockResolver'] as const) {
      const contract = plannedContract(name, salt)
      expect(contract.initCode).toBe(plannedContract(name).initCode)
      expect(contract.transaction.data).toBe(`${salt}${contract.initCode.slice(2)}`)
      expect(contract.address).toBe(plannedAddress(name, salt))
    }
  })

  it('has a vault of receipts for its own Sluice', () => {
    expect(plannedContract('AssetVault', salt).constructorArguments).toContain(plannedAddress('Sluice', salt).slice(2))
  })

  it.each(['0x', '0x51', `0x${'51'.repeat(33)}`, 'mine'])('is refused for the salt %s', (wrong) => {
    expect(() => deploymentPlan(wrong as `0x${string}`)).toThrow(RangeError)
  })
})
