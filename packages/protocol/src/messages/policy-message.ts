import { list, optional, struct, type Variants } from '../codec/composite-fields.ts'
import { address, uint32, uint128 } from '../codec/value-fields.ts'
import { openStruct } from './fields/ignorable.ts'
import { MAX_POLICY_TOKENS } from './limits.ts'
import type { CapacityLimit, HubPolicy, PolicyMessage } from './types.ts'

const capacityLimit = struct<CapacityLimit>({ token: address, least: uint128 })

const hubPolicy = struct<HubPolicy>({
  feeBase: uint128,
  feePartsPerMillion: uint32,
  feePerHour: uint32,
  feeHold: uint32,
  feeWindow: uint32,
  hopMargin: uint32,
})

/** What a side says of its own policy. */
export const policyMessages: Variants<PolicyMessage, 'type'> = {
  _policy: openStruct({
    forwarding: optional(hubPolicy),
    locksMax: uint32,
    capacities: list(capacityLimit, 0, MAX_POLICY_TOKENS),
    nonceAgeMax: uint32,
    virtualWindowMin: uint32,
    virtualWindowMax: uint32,
    lifetimeMin: uint32,
    lifetimeMax: uint32,
  }),
}
