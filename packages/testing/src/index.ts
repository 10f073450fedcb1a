export { type AnyHandler, fetchFrom } from './fetch-from.ts'
export { createTestNetwork } from './in-memory.ts'
export type { TestNetwork, TestNetworkOptions } from './network.ts'
