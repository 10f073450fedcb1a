export { appResolverAbi } from '../abi/app-resolver-abi.ts'
export { hashLockResolverAbi } from '../abi/hash-lock-resolver-abi.ts'
export * from './app-channel.ts'
export { hashLockId } from './hash-lock.ts'
