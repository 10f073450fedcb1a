export * from './crypto.ts'
export * from './keys.ts'
