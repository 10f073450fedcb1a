export { TrustedProxies } from './client-address.ts'
export { type ConnectionLimits, type LimitedServer, limitConnections } from './limit-connections.ts'
export { isPublicAddress } from './public-address.ts'
