export * from './crypto.ts'
export * from './future-frames.ts'
export * from './keys.ts'
