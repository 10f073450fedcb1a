export * from './crypto.ts'
export { fakePublicKey, fakeSecret } from './fake-crypto.ts'
export * from './future-frames.ts'
export * from './keys.ts'
